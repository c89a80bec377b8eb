"""Whether ears are bare or under hair or cloth: what covers an ear covers the temple before it.

One figure for each side, from the colours where an ear would be; and, where the ear is covered, a
matte of what isn't skin beside the face. Where an ear is bare, hair lies under the temple.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from webapp.fitting.anatomy import TEMPLE_SIDES
from webapp.fitting.scene import Camera, Floats, Head
from webapp.rendering.colour import Bytes, Light, luminance, median, to_linear
from webapp.rendering.occlusion import NOTHING, Raster
from webapp.rendering.sheets import Map

# Where an ear is looked for, mm from the face's side landmarks: outwards, down, back.
OUTWARDS, DOWN, BACK = (2.0, 5.0, 8.0), (2.0, 9.0, 16.0, 23.0, 30.0), (16.0, 22.0)
LIKE_SKIN = 0.22  # difference of chroma, as red and blue shares, that is still skin
DARKEST, BRIGHTEST = 0.22, 2.6  # times the face's luminance: ears lie in shade, or shine
BARE, COVERED = 0.45, 0.15  # shares of skin among the samples
BEHIND, DEEPER = 6.0, 10.0  # mm behind the eyes' corners the matte begins, and is whole after
UNLIKE = (0.14, 0.28)  # differences of chroma at which skin begins to be doubted, and is denied
DIM = (0.45, 0.22)  # the same of its luminance beside the cheek's
CHEEKS = ((227, 116, 123, 34, 143, 111), (447, 345, 352, 264, 372, 340))  # by each temple
# What hangs together with the cheek without an edge may differ more: skin turns into shade.
INNER = ((50, 101, 117, 123, 205, 187, 116, 36), (280, 330, 346, 352, 425, 411, 345, 266))
STEP = 11  # levels from cell to cell on which skin still hangs together, where it has `LEVEL`
LEVEL = 200.0  # levels to which the cheek's brightest channel is brought
JOINED, JOINED_DIM = 0.30, 0.25  # by so much more of chroma, and down to this part of `DIM`
TURNED = 6.0  # degrees of yaw from which one side of the head is the far one
SHADE = 0.25  # luminance of the darkest cheek beside the face's


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


def _skin_of(photo: Bytes, camera: Camera, head: Head, side: int, skin: Light) -> Light:
    """Return the skin's colour (3,) on a side of the face: it may lie in shade; else `skin`."""
    pixels = np.rint(camera.project(head.pose.apply(head.mesh[list(CHEEKS[side])]))).astype(int)
    height, width = photo.shape[:2]
    inside = ((pixels >= 0) & (pixels < [width, height])).all(axis=1)
    if inside.sum() < len(pixels) / 2:
        return skin
    x, y = pixels[inside].T
    near = median(to_linear(photo[y, x][None])[0])
    if np.abs(_shares(near) - _shares(skin)).sum() > LIKE_SKIN:
        return skin
    # What is darker than shade makes skin is a beard or hair.
    shade = np.clip(float(luminance(near) / max(float(luminance(skin)), 1e-3)), SHADE, 1)
    return np.asarray(skin * np.float32(shade))


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


def strands(
    photo: Bytes, camera: Camera, head: Head, raster: Raster, skin: Light, ears: tuple[float, float]
) -> Map:
    """Return how much hair or cloth hides a temple (rows, columns) on the raster, 0 to 1.

    Args:
        photo: (H, W, 3) uint8 sRGB.
        camera: the photo's camera.
        head: the head before it.
        raster: its depth.
        skin: the face's median colour, linear RGB (3,).
        ears: how bare the wearer's right and left ear are, 0 to 1.
    """
    if min(ears) >= 1:
        return np.zeros_like(raster.depth)
    small = _thumbnail(photo, raster)
    seen = to_linear(small)
    where = _places(head, raster)
    right = where[..., 0] < 0
    yaw = head.pose.angles[0]
    other = np.zeros_like(raster.depth)
    for side, half in enumerate((right, ~right)):
        near = _skin_of(photo, camera, head, side, skin)
        joined = _joined(small, _cells(raster, camera, head, INNER[side]), skin)
        other[half] = (1 - ears[side]) * _unlike(seen[half], near, joined[half])
    # The far temple may be seen beside the head, before the room behind it.
    far = right if yaw < -TURNED else ~right if yaw > TURNED else np.zeros_like(right)
    other[far & (raster.depth >= NOTHING)] = 0
    beside = np.clip((where[..., 2] - BEHIND) / DEEPER, 0, 1)
    return np.asarray(cv2.GaussianBlur(other * beside, (0, 0), 0.8), np.float32)


def _cells(raster: Raster, camera: Camera, head: Head, points: tuple[int, ...]) -> NDArray[np.intp]:
    """Return the raster's cells (n, 2), column and row, of those landmarks that lie on it."""
    pixels = camera.project(head.pose.apply(head.mesh[list(points)]))
    at = np.rint((pixels - [raster.left - 0.5, raster.top - 0.5]) / raster.step - 0.5)
    inside = ((at >= 0) & (at < raster.depth.shape[::-1])).all(axis=1)
    return np.asarray(at[inside], np.intp)


def _joined(small: Bytes, seeds: NDArray[np.intp], skin: Light) -> NDArray[np.bool_]:
    """Return which cells of a picture (rows, columns, 3) hang together with the cheek's.

    `seeds`: cells (n, 2) of the cheek; those that don't look like `skin` are left out.
    """
    rows, columns = small.shape[:2]
    mask = np.zeros((rows + 2, columns + 2), np.uint8)
    colours = small[seeds[:, 1], seeds[:, 0]]
    seeds = seeds[_like_skin(to_linear(colours[None])[0], skin) > 0]
    if len(seeds):
        gain = LEVEL / max(float(np.median(colours.max(axis=1))), 1.0)
        even = np.asarray(cv2.convertScaleAbs(cv2.GaussianBlur(small, (0, 0), 0.8), alpha=gain))
        for x, y in seeds.tolist():
            if not mask[y + 1, x + 1]:
                flags = 4 | cv2.FLOODFILL_MASK_ONLY
                cv2.floodFill(even, mask, (x, y), 0, (STEP,) * 3, (STEP,) * 3, flags)
    return np.asarray(mask[1:-1, 1:-1] > 0)


def _unlike(colours: Light, skin: Light, joined: NDArray[np.bool_]) -> Floats:
    """Return how surely linear colours (n, 3) are not that skin (3,), 0 to 1.

    `joined`: which of them hang together with it.
    """
    off = np.abs(_shares(colours) - _shares(skin)).sum(axis=-1) - JOINED * joined
    ratio = luminance(colours) / max(float(luminance(skin)), 1e-3)
    ratio = np.where(joined, ratio / JOINED_DIM, ratio)
    doubts = (off - UNLIKE[0]) / (UNLIKE[1] - UNLIKE[0]), (DIM[0] - ratio) / (DIM[0] - DIM[1])
    return np.asarray(np.clip(np.maximum(*doubts), 0, 1))


def _thumbnail(photo: Bytes, raster: Raster) -> Bytes:
    """Return the photo at the raster's cells (rows, columns, 3)."""
    rows, columns = raster.depth.shape
    k, half = raster.step, (raster.step - 1) / 2
    box = np.array([[k, 0, raster.left + half], [0, k, raster.top + half]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    small = cv2.warpAffine(
        photo, box, (columns, rows), flags=flags, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(cv2.blur(small, (3, 3)), np.uint8)


def _places(head: Head, raster: Raster) -> Map:
    """Return where the raster's cells lie on the head (rows, columns, 3), head coordinates, mm.

    Cells beside the head lie as deep as the ears do.
    """
    away = float(head.pose.apply(head.mesh[list(TEMPLE_SIDES)])[:, 2].max())
    points = raster.sights * np.minimum(raster.depth, np.float32(away))[..., None]
    moved = points - head.pose.translation.astype(np.float32)
    return np.asarray(moved @ head.pose.rotation.astype(np.float32))


def _like_skin(colours: Light, skin: Light) -> Floats:
    """Return which linear colours (n, 3) could be the skin's, in light or in shade."""
    ratio = luminance(colours) / max(float(luminance(skin)), 1e-3)
    off = np.abs(_shares(colours) - _shares(skin)).sum(axis=-1)
    return np.asarray((off < LIKE_SKIN) & (ratio > DARKEST) & (ratio < BRIGHTEST), dtype=float)


def _shares(colours: Light) -> Light:
    """Return the red and the blue share (..., 2) of linear colours."""
    whole = colours.sum(axis=-1, keepdims=True) + 0.01
    return np.asarray((colours / whole)[..., [0, 2]], dtype=np.float32)
