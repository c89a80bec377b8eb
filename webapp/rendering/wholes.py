"""An artwork's paint in its own pixels, kept: what every size and softness of it is made from.

Deepening shades and telling metal from acetate takes several times as long as shrinking what comes
of it, and is the same for every face. It is kept in 16 bits, without what is clear: a tenth of the
room that pictures of floats would take.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from webapp.eyewear.frame import Artwork
from webapp.rendering.colour import Bytes, Light
from webapp.rendering.kept import Kept
from webapp.rendering.pads import pads_of
from webapp.rendering.paint import painted

Steps = NDArray[np.uint16]

EDGE_REACH = 1.6  # mm of a rim's border that give its sides their colour
EDGE_FINENESS = 4.0  # pixels per mm of that colour at most: its blur is wide, its shade is not
SIDE_SHADE = (0.60, 0.34)  # a side's brightness beside the front's: mean; more where it faces up
FULL = 32768  # steps of light 1: polished metal that faces upwards is up to 1.35 times as bright
FRONT_BYTES = 80 * 2**20  # of fifty frames and more
TEMPLE_BYTES = 24 * 2**20


@dataclass(frozen=True)
class Whole:
    """A part of an artwork, `size` (height, width): its pixels that are not clear.

    `where` (n,): their flat indices; `paint` (n, 4): linear RGB times alpha, and alpha, in steps
    of 1 / `FULL`. `corner`: where the first pixel lies in the artwork's picture (x, y).
    """

    size: tuple[int, int]
    where: NDArray[np.int32]
    paint: Steps
    corner: tuple[int, int] = (0, 0)

    def laid_out(self, margin: int = 0) -> Steps:
        """Return the picture (height, width, 4), so many clear pixels wider on every side."""
        height, width = self.size
        whole = np.zeros((height + 2 * margin, width + 2 * margin, 4), np.uint16)
        where = self.where
        if margin:
            rows, columns = np.divmod(where, width)
            where = (rows + margin) * (width + 2 * margin) + columns + margin
        whole.reshape(-1, 4)[where] = self.paint
        return whole


@dataclass(frozen=True)
class WholeFront:
    """A front, and where they are drawn on their own, its nose pads, which `front` then lacks.

    `edge` (rows, columns, 3): the linear colour of the rims' edge in steps, also a little
    outside, on the front's area in fewer pixels.
    """

    front: Whole
    edge: Steps
    pads: Whole | None = None


_fronts: Kept[WholeFront] = Kept(FRONT_BYTES)
_temples: Kept[Whole] = Kept(TEMPLE_BYTES)


def whole_front(artwork: Artwork, *, pads: bool = False) -> WholeFront:
    """Return a front in its own pixels; `pads`: it rests on nose pads, which come apart from it."""
    return _fronts.get(artwork, (pads,), lambda: _front(artwork, pads))


def whole_temple(artwork: Artwork) -> Whole:
    """Return a temple in its own pixels."""
    return _temples.get(artwork, (), lambda: _whole(artwork.temple, artwork.scale))


def in_light(paint: Steps) -> Light:
    """Return steps as light, float32 of the same shape."""
    light: Light = np.multiply(paint, np.float32(1 / FULL), dtype=np.float32)
    return light


def in_steps(light: Light) -> Steps:
    """Return light as steps; twice as much as 1 is the most that they hold."""
    return np.asarray(np.rint(np.clip(light, 0, 65535 / FULL) * np.float32(FULL)), np.uint16)


def _whole(picture: Bytes, scale: float) -> Whole:
    """Return an artwork's picture (h, w, 4) as paint."""
    where, paint = painted(picture, scale)
    return Whole(picture.shape[:2], where.astype(np.int32), in_steps(paint))


def _front(artwork: Artwork, pads: bool) -> WholeFront:
    whole = _whole(artwork.front, artwork.scale)
    found = pads_of(artwork) if pads else np.zeros(0, bool)
    apart = None
    if found.any():
        of_pads = found.ravel()[whole.where]
        apart = _cut_out(whole, of_pads)
        whole = replace(whole, where=whole.where[~of_pads], paint=whole.paint[~of_pads])
    return WholeFront(whole, _edge(whole.laid_out(), artwork.scale), apart)


def _cut_out(whole: Whole, chosen: NDArray[np.bool_]) -> Whole:
    """Return the box about some of the pixels (n,) of a whole, with those pixels alone."""
    rows, columns = np.divmod(whole.where[chosen], whole.size[1])
    top, left = int(rows.min()), int(columns.min())
    size = int(rows.max()) - top + 1, int(columns.max()) - left + 1
    where = (rows - top) * size[1] + columns - left
    return Whole(size, where, whole.paint[chosen], (left, top))


def _edge(front: Steps, scale: float) -> Steps:
    """Return the colour of the edges: the border's, lit from above, carried a little outwards."""
    k = min(1.0, EDGE_FINENESS / scale)
    height, width = front.shape[:2]
    size = max(2, round(width * k)), max(2, round(height * k))
    small = in_light(np.asarray(cv2.resize(front, size, interpolation=cv2.INTER_AREA), np.uint16))
    spread = np.asarray(cv2.GaussianBlur(small, (0, 0), max(EDGE_REACH * scale * k, 0.6)))
    alpha = np.asarray(spread[..., 3], np.float32)
    down, across = np.gradient(alpha)
    # Alpha grows downwards where an edge faces up.
    up = down / (np.hypot(down, across) + np.float32(1e-3 / k))
    shade = (SIDE_SHADE[0] + SIDE_SHADE[1] * up) / np.maximum(alpha, 1e-3)
    return in_steps(spread[..., :3] * shade[..., None])
