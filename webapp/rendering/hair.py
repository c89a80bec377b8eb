"""Whether ears are bare or under hair: hair that covers an ear covers the temple before it.

The matte is coarse on purpose: one figure for each side, from the colours where an ear would be.
"""

import numpy as np

from webapp.fitting.anatomy import TEMPLE_SIDES
from webapp.fitting.scene import Camera, Floats, Head
from webapp.rendering.colour import Bytes, Light, luminance, to_linear

# Where an ear is looked for, mm from the face's side landmarks: outwards, down, back.
OUTWARDS, DOWN, BACK = (2.0, 5.0, 8.0), (2.0, 9.0, 16.0, 23.0, 30.0), (16.0, 22.0)
LIKE_SKIN = 0.22  # difference of chroma, as red and blue shares, that is still skin
DARKEST, BRIGHTEST = 0.22, 2.6  # times the face's luminance: ears lie in shade, or shine
BARE, COVERED = 0.45, 0.15  # shares of skin among the samples


def bare_ears(photo: Bytes, camera: Camera, head: Head, skin: Light) -> tuple[float, float]:
    """Return how bare the wearer's right and left ear are, 0 (under hair) to 1.

    Args:
        photo: (H, W, 3) uint8 sRGB.
        camera: the photo's camera.
        head: the head before it.
        skin: the face's median colour, linear RGB (3,).
    """
    right, left = (_bare(photo, camera, _around_ear(head, side), skin) for side in (0, 1))
    return right, left


def _around_ear(head: Head, side: int) -> Floats:
    """Return camera-space points (n, 3) about the wearer's right (0) or left (1) ear."""
    away = 1 if side else -1
    offsets = [(away * x, y, z) for x in OUTWARDS for y in DOWN for z in BACK]
    return head.pose.apply(head.mesh[TEMPLE_SIDES[side]] + np.array(offsets))


def _bare(photo: Bytes, camera: Camera, points: Floats, skin: Light) -> float:
    """Return how much of what is seen at points (n, 3) looks like skin, stretched to 0 to 1."""
    pixels = np.rint(camera.project(points)).astype(int)
    height, width = photo.shape[:2]
    inside = ((pixels >= 0) & (pixels < [width, height])).all(axis=1)
    if not inside.any():
        return 1.0  # no ear in the picture, so no hair over it either
    x, y = pixels[inside].T
    share = float(_like_skin(to_linear(photo[y, x][None])[0], skin).mean())
    return float(np.clip((share - COVERED) / (BARE - COVERED), 0, 1))


def _like_skin(colours: Light, skin: Light) -> Floats:
    """Return which linear colours (n, 3) could be the skin's, in light or in shade."""
    ratio = luminance(colours) / max(float(luminance(skin)), 1e-3)
    off = np.abs(_shares(colours) - _shares(skin)).sum(axis=-1)
    return np.asarray((off < LIKE_SKIN) & (ratio > DARKEST) & (ratio < BRIGHTEST), dtype=float)


def _shares(colours: Light) -> Light:
    """Return the red and the blue share (..., 2) of linear colours."""
    whole = colours.sum(axis=-1, keepdims=True) + 0.01
    return np.asarray((colours / whole)[..., [0, 2]], dtype=np.float32)
