"""sRGB bytes to linear light and back, by tables: light adds and multiplies only when linear."""

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Light = NDArray[np.float32]

LUMINANCE = np.array([0.2126, 0.7152, 0.0722], dtype=np.float32)  # Rec. 709, linear RGB

# Steps of the way back. Finer than 1/255/12.92, the curve's steepest part, so that every byte
# survives the way to linear light and back unchanged.
STEPS = 16383


@lru_cache(maxsize=1)
def _linear_table() -> Light:
    """Return (256,) linear light of each sRGB byte (IEC 61966-2-1)."""
    level = np.arange(256) / 255
    curve = np.where(level <= 0.04045, level / 12.92, ((level + 0.055) / 1.055) ** 2.4)
    return np.asarray(curve, dtype=np.float32)


@lru_cache(maxsize=1)
def _byte_table() -> Bytes:
    """Return (65536,) the sRGB byte of each step of linear light; 255 for more than full."""
    light = np.minimum(np.arange(2**16) / STEPS, 1)
    curve = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.asarray(np.rint(curve * 255), dtype=np.uint8)


def to_linear(picture: Bytes) -> Light:
    """Return a picture of any shape, uint8 sRGB, as float32 linear light from 0 to 1."""
    return np.asarray(cv2.LUT(np.ascontiguousarray(picture), _linear_table()), dtype=np.float32)


def to_srgb(light: Light) -> Bytes:
    """Return linear light of any shape as uint8 sRGB; what lies outside 0 to 1 is clipped."""
    # One walk that scales, rounds and clips; cv2.multiply takes three times as long.
    steps = cv2.addWeighted(light, STEPS, light, 0, 0, dtype=cv2.CV_16U)
    return np.asarray(cv2.LUT(steps, _byte_table()), dtype=np.uint8)


def luminance(light: Light) -> Light:
    """Return the luminance (...,) of linear RGB (..., 3)."""
    return np.asarray(light @ LUMINANCE, dtype=np.float32)


def median(colours: Light) -> Light:
    """Return the median of each channel of colours (n, c). numpy's own takes ten times as long."""
    ordered, last = np.sort(colours, axis=0), len(colours) - 1
    return np.asarray((ordered[last // 2] + ordered[-(-last // 2)]) / 2, dtype=np.float32)
