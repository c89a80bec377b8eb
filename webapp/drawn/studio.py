"""A product photographer's studio: light on surfaces seen square on.

Since the onlooker is far away, what a surface shows depends on its normal alone, so the
studio is baked once into small tables over (nx, ny) and looked up. Light is linear, 1 is
paper white. Normals point to the onlooker; x right, y down.
"""

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float32]

TABLE = 384  # cells a side over nx, ny in -1..1
F_DIELECTRIC = 0.045  # reflectance of acetate (n = 1.5) seen square on


def normals(height: Field, scale: float, curve: float = 0.0, x: Field | None = None) -> Field:
    """Return (2, H, W) nx, ny of a relief.

    Args:
        height: mm towards the onlooker.
        scale: pixels a millimetre.
        curve: 1/mm, the whole part's own bow about its vertical axis (a front's base curve).
        x: mm from that axis, broadcast over the picture; needed with `curve`.
    """
    gain = scale / 8.0
    slope_x = cv2.Sobel(height, cv2.CV_32F, 1, 0, ksize=3, scale=gain)
    slope_y = cv2.Sobel(height, cv2.CV_32F, 0, 1, ksize=3, scale=gain)
    if x is not None:
        slope_x = slope_x - np.float32(curve) * x
    length = np.sqrt(slope_x**2 + slope_y**2 + 1)
    return np.stack([-slope_x / length, -slope_y / length]).astype(np.float32)


def directions() -> tuple[Field, Field, Field]:
    """Return nx, ny, nz (towards the onlooker) over the table, the rim held to the circle."""
    side = (np.arange(TABLE, dtype=np.float32) + 0.5) / TABLE * 2 - 1
    nx, ny = (np.asarray(axis, np.float32) for axis in np.meshgrid(side, side))
    length = np.maximum(np.hypot(nx, ny) / 0.999, 1)
    nx, ny = (np.asarray(axis / length, np.float32) for axis in (nx, ny))
    return nx, ny, np.sqrt(np.maximum(1 - nx**2 - ny**2, 0)).astype(np.float32)


def soft(value: Field, low: float, high: float, edge: float) -> Field:
    """Return 1 where low < value < high, with soft edges `edge` wide."""
    rise = np.clip((value - low) / edge + 0.5, 0, 1)
    fall = np.clip((high - value) / edge + 0.5, 0, 1)
    both = rise * rise * (3 - 2 * rise) * fall * fall * (3 - 2 * fall)
    return np.asarray(both, np.float32)


@lru_cache(maxsize=1)
def room() -> Field:
    """Return the light that a mirror of each normal would show, (TABLE, TABLE)."""
    nx, ny, nz = directions()
    rx, ry, rz = 2 * nz * nx, 2 * nz * ny, 2 * nz * nz - 1  # rz: back towards the camera
    up = np.degrees(np.arcsin(np.clip(-ry, -1, 1)))
    turn = np.degrees(np.arctan2(rx, rz))  # 0 is at the camera, 180 the backdrop
    light = 0.16 + 0.10 * soft(up, -95, -8, 16)
    light += 0.95 * soft(np.abs(turn), 112, 200, 30) * soft(up, -60, 80, 30)  # white backdrop
    light += 0.45 * soft(up, -88, -28, 24)  # the white table
    light += 4.6 * soft(up, 36, 72, 7) * soft(turn, -78, 66, 26)  # large soft box above
    light += 0.6 * soft(up, 8, 34, 22) * soft(turn, -50, 50, 40)  # its spill
    light += 3.6 * soft(up, -30, 46, 12) * soft(turn, -72, -54, 5)  # strip, left
    light += 2.0 * soft(up, -24, 40, 12) * soft(turn, 58, 80, 7)  # fill, right
    return np.asarray(light, np.float32)


@lru_cache(maxsize=8)
def mirrored(roughness: float) -> Field:
    """Return `room` as a surface of this roughness (0 mirror, 0.5 matt) shows it."""
    sigma = max(roughness, 0.006) * TABLE / 2
    return np.asarray(cv2.GaussianBlur(room(), (0, 0), sigma), np.float32)


@lru_cache(maxsize=1)
def ambient() -> Field:
    """Return the diffuse light on each normal, about 1 for surfaces that face the camera."""
    nx, ny, nz = directions()
    light = 0.42 + 0.30 * nz - 0.34 * ny - 0.10 * nx + 0.10 * nz * nz
    return np.asarray(light / 0.82, np.float32)


def lit(table: Field, normal: Field) -> Field:
    """Return the table's value at each normal (2, H, W)."""
    at = (normal + 1) * np.float32(TABLE / 2) - np.float32(0.5)
    edge = cv2.BORDER_REPLICATE
    return np.asarray(cv2.remap(table, at[0], at[1], cv2.INTER_LINEAR, borderMode=edge), np.float32)


def gloss(normal: Field, roughness: float, f0: float = F_DIELECTRIC) -> Field:
    """Return the light mirrored by a clear polished surface (Schlick's Fresnel term)."""
    facing = np.sqrt(np.maximum(1 - normal[0] ** 2 - normal[1] ** 2, 0))
    share = f0 + (1 - f0) * (1 - facing) ** 5
    return np.asarray(share * lit(mirrored(roughness), normal), np.float32)


def shown(light: Field) -> Field:
    """Return the light with its highlights rolled off as film does, at most 1."""
    knee = np.float32(0.72)
    rest = 1 - knee
    rolled = rest * (1 - np.exp(-np.maximum(light - knee, 0) / rest))
    return np.asarray(np.minimum(light, knee) + rolled, np.float32)


def to_srgb(linear: Field) -> Field:
    """Return sRGB 0..1 of linear light 0..1 (IEC 61966-2-1)."""
    low = np.clip(linear, 0, 1)
    return np.asarray(
        np.where(low <= 0.0031308, 12.92 * low, 1.055 * low ** (1 / 2.4) - 0.055), np.float32
    )


def to_linear(srgb: Field) -> Field:
    """Return linear light of sRGB 0..1 (IEC 61966-2-1)."""
    return np.asarray(
        np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4), np.float32
    )


def swatch(code: str) -> Field:
    """Return the linear RGB (3,) of a "#rrggbb" colour."""
    values = [int(code[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    return to_linear(np.array(values, np.float32))
