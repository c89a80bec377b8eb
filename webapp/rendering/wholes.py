"""An artwork's paint in its own pixels, kept: what every size and softness of it is made from.

Deepening shades and telling metal from acetate takes several times as long as shrinking what comes
of it, and is the same for every face. It is kept in 16 bits, half the room of 32.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from webapp.eyewear.frame import Artwork
from webapp.rendering.colour import Bytes, Light
from webapp.rendering.kept import Kept
from webapp.rendering.pads import pads_of
from webapp.rendering.paint import painted

Steps = NDArray[np.uint16]

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
    """A front, and where they are drawn on their own, its nose pads, which `front` then lacks."""

    front: Whole
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


def _stepped(picture: Bytes, scale: float) -> Steps:
    """Return the paint of an artwork's picture (h, w, 4), in steps."""
    where, paint = painted(picture, scale)
    whole = np.zeros(picture.shape, np.uint16)
    whole.reshape(-1, 4)[where] = np.rint(np.clip(paint, 0, 65535 / FULL) * np.float32(FULL))
    return whole


def _front(artwork: Artwork, pads: bool) -> WholeFront:
    whole = _stepped(artwork.front, artwork.scale)
    found = pads_of(artwork) if pads else np.zeros(0, bool)
    if not found.any():
        return WholeFront(Whole(whole))
    rows, columns = (np.flatnonzero(found.any(axis=axis)) for axis in (1, 0))
    part = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    apart = np.where(found[part][..., None], whole[part], np.uint16(0))
    whole[found] = 0
    return WholeFront(Whole(whole), Whole(apart, (int(columns[0]), int(rows[0]))))
