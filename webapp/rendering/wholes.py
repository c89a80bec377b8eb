"""An artwork's paint in its own pixels, kept: what every size and softness of it is made from.

Deepening shades and telling metal from acetate takes several times as long as shrinking what comes
of it, and is the same for every face. It is kept in 16 bits, half the room of 32.
"""

from dataclasses import dataclass

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
WHOLE_BYTES = 96 * 2**20  # of some thirty frames


@dataclass(frozen=True)
class Whole:
    """A part of an artwork (h, w, 4): linear RGB times alpha, and alpha, in steps of 1 / `FULL`.

    `corner`: where its first pixel lies in the artwork's picture (x, y).
    """

    paint: Steps
    corner: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class WholeFront:
    """A front, and where they are drawn on their own, its nose pads, which `front` then lacks.

    `edge` (rows, columns, 3): the linear colour of the rims' edge in steps, also a little
    outside, on the front's area in fewer pixels.
    """

    front: Whole
    edge: Steps
    pads: Whole | None = None


_fronts: Kept[WholeFront] = Kept(WHOLE_BYTES * 5 // 8)
_temples: Kept[Whole] = Kept(WHOLE_BYTES * 3 // 8)


def whole_front(artwork: Artwork, *, pads: bool = False) -> WholeFront:
    """Return a front in its own pixels; `pads`: it rests on nose pads, which come apart from it."""
    return _fronts.get(artwork, (pads,), lambda: _front(artwork, pads))


def whole_temple(artwork: Artwork) -> Whole:
    """Return a temple in its own pixels."""

    def make() -> Whole:
        return Whole(_stepped(artwork.temple, artwork.scale))

    return _temples.get(artwork, (), make)


def in_light(paint: Steps) -> Light:
    """Return steps as light, float32 of the same shape."""
    light: Light = np.multiply(paint, np.float32(1 / FULL), dtype=np.float32)
    return light


def in_steps(light: Light) -> Steps:
    """Return light as steps; twice as much as 1 is the most that they hold."""
    return np.asarray(np.rint(np.clip(light, 0, 65535 / FULL) * np.float32(FULL)), np.uint16)


def _stepped(picture: Bytes, scale: float) -> Steps:
    """Return the paint of an artwork's picture (h, w, 4), in steps."""
    where, paint = painted(picture, scale)
    whole = np.zeros(picture.shape, np.uint16)
    whole.reshape(-1, 4)[where] = in_steps(paint)
    return whole


def _front(artwork: Artwork, pads: bool) -> WholeFront:
    whole = _stepped(artwork.front, artwork.scale)
    found = pads_of(artwork) if pads else np.zeros(0, bool)
    if not found.any():
        return WholeFront(Whole(whole), _edge(whole, artwork.scale))
    rows, columns = (np.flatnonzero(found.any(axis=axis)) for axis in (1, 0))
    part = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    apart = np.where(found[part][..., None], whole[part], np.uint16(0))
    whole[found] = 0
    corner = int(columns[0]), int(rows[0])
    return WholeFront(Whole(whole), _edge(whole, artwork.scale), Whole(apart, corner))


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
