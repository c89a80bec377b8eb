"""An artwork's pixels as paint in linear light: what a light tent added is taken out again."""

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from webapp.rendering.colour import Bytes, Light, to_linear

STUDIO = 1.18  # power that takes a light tent's fill out of linear colours
BODY_REACH = 0.7  # mm from an outline's soft edge to the body it belongs to
WIRE = 2.4  # mm; what is no wider anywhere is drawn metal: acetate so thin would break
ALL_WIRE = 0.5  # share of a front that is wire, from which its end pieces are metal too
METAL = 1.8  # metal mirrors a face and a room, not a tent: the power for it instead of `STUDIO`
ROUND = 0.35  # wires that lie level mirror the light above, upright ones the darker sides


def painted(picture: NDArray[np.uint8], scale: float) -> tuple[NDArray[np.intp], Light]:
    """Return the flat indices (n,) of a picture's pixels that are not clear, and their paint.

    Paint is (n, 4) linear RGB times alpha, and alpha. Some fifth of an artwork is not clear: all
    that takes long is done for those pixels alone.

    A product photo is lit from all sides, which fills every shade; a face's light is not, so
    the shades are deepened. How opaque a body is (the most alpha near by) is meant as products
    are shown, mixed in sRGB before white: mixed so in linear light before skin, pale glassy
    acetate would turn to milk or to smoke.
    """
    alpha = np.asarray(cv2.extractChannel(picture, 3), np.uint8)
    body = np.asarray(cv2.dilate(alpha, _disc(2 * BODY_REACH * scale)), np.uint8)
    where = np.flatnonzero(alpha)
    if not where.size:
        return where, np.zeros((0, 4), np.float32)
    bodies = body.ravel()[where]
    bare = np.ascontiguousarray(picture.reshape(-1, 4)[where, :3])
    dyed = cv2.multiply(bare[None], cv2.merge([bodies[None]] * 3), scale=1 / 255)
    dyed = np.asarray(dyed, np.uint8)[0]
    colour = _deepened(STUDIO)[dyed]
    wire = _wire(alpha, scale)
    if wire.any():
        of_wire = wire.ravel()[where]
        lit = np.float32(1) + np.float32(ROUND) * _level(alpha, scale).ravel()[where[of_wire]]
        colour[of_wire] = _deepened(METAL)[dyed[of_wire]] * lit[:, None]
    cover = alpha.ravel()[where] / bodies.astype(np.float32)
    paint = np.empty((where.size, 4), np.float32)
    np.multiply(colour, cover[:, None], out=paint[:, :3])
    np.multiply(cover, 1 - _let_through(dyed, bodies), out=paint[:, 3])
    return where, paint


def _let_through(dyed: Bytes, body: Bytes) -> Light:
    """Return the share of linear light (n,) that goes through bodies.

    Before a white wall a product photo shows what goes through and what the body throws back
    itself. `dyed`: sRGB (n, 3) times `body` (n,), how opaque it is.
    """
    own = np.asarray(cv2.cvtColor(dyed[None], cv2.COLOR_RGB2GRAY), np.uint8)[0]
    before_white = cv2.add(own, cv2.bitwise_not(body)).ravel()
    return to_linear(np.asarray(before_white, np.uint8)).ravel() - to_linear(own).ravel()


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
    height, width = alpha.shape
    half = max(1, width // 2), max(1, height // 2)  # what is blurred so widely needs no more
    soft = cv2.GaussianBlur(alpha, (0, 0), 0.3 * scale)
    slopes = (cv2.Sobel(soft, cv2.CV_32F, *order) for order in ((1, 0), (0, 1)))
    upright, level = (
        cv2.GaussianBlur(
            cv2.resize(cv2.multiply(s, s), half, interpolation=cv2.INTER_AREA), (0, 0), 0.6 * scale
        )
        for s in slopes
    )
    told = (level - upright) / (level + upright + 1)
    return np.asarray(cv2.resize(told, (width, height)), np.float32)


@lru_cache(maxsize=2)
def _deepened(power: float) -> Light:
    """Return (256,) the linear light of each sRGB byte, its shades deepened."""
    return np.asarray(to_linear(np.arange(256, dtype=np.uint8)).ravel() ** power, np.float32)
