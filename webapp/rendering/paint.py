"""An artwork's pixels as paint in linear light: what a light tent added is taken out again."""

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from webapp.rendering.colour import Bytes, Light, to_linear
from webapp.rendering.layers import times

STUDIO = 1.18  # power that takes a light tent's fill out of linear colours
BODY_REACH = 0.7  # mm from an outline's soft edge to the body it belongs to
WIRE = 2.4  # mm; what is no wider anywhere is drawn metal: acetate so thin would break
ALL_WIRE = 0.5  # share of a front that is wire, from which its end pieces are metal too
METAL = 1.8  # metal mirrors a face and a room, not a tent: the power for it instead of `STUDIO`
ROUND = 0.35  # wires that lie level mirror the light above, upright ones the darker sides


def paint_of(picture: NDArray[np.uint8], scale: float) -> Light:
    """Return sRGB with straight alpha (h, w, 4) as linear RGB times alpha, and alpha.

    A product photo is lit from all sides, which fills every shade; a face's light is not, so
    the shades are deepened. How opaque a body is (the most alpha near by) is meant as products
    are shown, mixed in sRGB before white: mixed so in linear light before skin, pale glassy
    acetate would turn to milk or to smoke.
    """
    alpha = cv2.extractChannel(picture, 3)
    body = cv2.dilate(alpha, _disc(2 * BODY_REACH * scale))
    dyed = cv2.multiply(picture[..., :3], cv2.merge([body] * 3), scale=1 / 255)
    colour = np.asarray(cv2.LUT(np.asarray(dyed, np.uint8), _deepened(STUDIO)), np.float32)
    solid = np.asarray(alpha, np.uint8)
    wire = _wire(solid, scale)
    if wire.any():
        metal = np.asarray(cv2.LUT(np.asarray(dyed, np.uint8), _deepened(METAL)), np.float32)
        lit = np.asarray(1 + ROUND * _level(solid, scale), np.float32)
        metal = times(metal, lit)
        colour = np.where(wire[..., None], metal, colour)
    bodies = np.asarray(body, np.uint8)
    cover = np.asarray(alpha / np.maximum(bodies, np.float32(1)), np.float32)
    share = cover * (1 - _let_through(np.asarray(dyed, np.uint8), bodies))
    return np.asarray(cv2.merge([*cv2.split(times(colour, cover)), share]), dtype=np.float32)


def _let_through(dyed: Bytes, body: Bytes) -> Light:
    """Return the share of linear light (h, w) that goes through bodies.

    Before a white wall a product photo shows what goes through and what the body throws back
    itself. `dyed`: sRGB times `body`, how opaque it is.
    """
    own = np.asarray(cv2.cvtColor(dyed, cv2.COLOR_RGB2GRAY), np.uint8)
    before_white = cv2.add(own, cv2.bitwise_not(body))
    return to_linear(np.asarray(before_white, np.uint8)) - to_linear(own)


def _disc(across: float) -> Bytes:
    """Return a disc so many pixels across, to the next odd number, for morphology."""
    side = 2 * max(1, round(across / 2)) + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)), np.uint8)


def _wire(alpha: Bytes, scale: float) -> NDArray[np.bool_]:
    """Return (h, w) where a picture shows drawn metal, judged by how thin it is."""
    solid = np.asarray(alpha > 127, np.uint8)
    broad = cv2.morphologyEx(solid, cv2.MORPH_OPEN, _disc(WIRE * scale))
    broad = cv2.dilate(broad, _disc(0.4 * scale))  # opening rounds corners off
    thin = cv2.subtract(solid, broad)
    if cv2.countNonZero(thin) > ALL_WIRE * cv2.countNonZero(solid):
        return np.asarray(alpha > 0, np.bool_)
    near = np.asarray(cv2.dilate(thin, _disc(0.4 * scale)))
    return np.asarray((near > 0) & (np.asarray(broad) == 0), np.bool_)


def _level(alpha: Bytes, scale: float) -> Light:
    """Return (h, w) from -1 where an outline runs upright to 1 where it lies level."""
    soft = cv2.GaussianBlur(alpha, (0, 0), 0.3 * scale)
    across, down = (cv2.Sobel(soft, cv2.CV_32F, *order) for order in ((1, 0), (0, 1)))
    upright, level = (cv2.GaussianBlur(s * s, (0, 0), 1.2 * scale) for s in (across, down))
    return np.asarray((level - upright) / (level + upright + 1), np.float32)


@lru_cache(maxsize=2)
def _deepened(power: float) -> Light:
    """Return (256,) the linear light of each sRGB byte, its shades deepened."""
    return np.asarray(to_linear(np.arange(256, dtype=np.uint8)).ravel() ** power, np.float32)
