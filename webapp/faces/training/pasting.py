"""Laying a chip into a scene: where its face comes, from which stored size, through which mask."""

import cv2
import numpy as np

from webapp.faces.training.chips import Chips, Sources


def placement(
    sources: Sources,
    row: int,
    x: float,
    y: float,
    size: float,
    roll: float,
    rng: np.random.Generator,
) -> tuple[np.ndarray, bool, tuple[float, float, float, float]]:
    """Return the transform of a (perhaps mirrored) 160-pixel chip, and where its face comes.

    The asked roll is added to the chip's own.
    """
    face_x, face_y, face_size, face_roll = (float(v) for v in sources.chips.frames[row])
    flipped = bool(rng.random() < 0.5)
    if flipped:
        face_x, face_roll = 159 - face_x, -face_roll
    scale = size / face_size
    cos, sin = scale * np.cos(roll), scale * np.sin(roll)
    matrix = np.array([[cos, -sin, 0], [sin, cos, 0]])
    matrix[:, 2] = (x, y) - matrix[:, :2] @ (face_x, face_y)
    return matrix, flipped, (float(x), float(y), float(size), face_roll + roll)


def stored_level(
    chips: Chips, row: int, matrix: np.ndarray, flipped: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Return the stored size of a chip nearest above what is needed, and its own transform."""
    scale = float(np.hypot(matrix[0, 0], matrix[1, 0]))
    step = int(np.clip(np.floor(-np.log2(scale) + 0.15), 0, len(chips.photos) - 1))
    photo = chips.photos[step][row]
    moved = matrix.copy()
    moved[:, :2] *= 2**step
    moved[:, 2] += matrix[:, :2].sum(1) * (2**step - 1) / 2
    return (np.ascontiguousarray(photo[:, ::-1]) if flipped else photo), moved


def blend(image: np.ndarray, patch: np.ndarray, mask: np.ndarray, matrix: np.ndarray) -> None:
    """Lay a patch through its mask into a square image, touching only the pixels it reaches."""
    side, whole = patch.shape[0], image.shape[0]
    corners = np.array([[0, 0], [side, 0], [0, side], [side, side]]) @ matrix[:, :2].T
    corners += matrix[:, 2]
    x0, y0 = np.clip(np.floor(corners.min(0)), 0, whole).astype(int)
    x1, y1 = np.clip(np.ceil(corners.max(0)) + 1, 0, whole).astype(int)
    if x1 <= x0 or y1 <= y0:
        return
    here = matrix.copy()
    here[:, 2] -= (x0, y0)
    size = int(x1 - x0), int(y1 - y0)
    top = cv2.warpAffine(patch, here, size, borderMode=cv2.BORDER_REPLICATE)
    cover = cv2.warpAffine(mask, here, size).astype(np.uint16)[..., None]
    below = image[y0:y1, x0:x1]
    image[y0:y1, x0:x1] = (top * cover + below * (255 - cover) + 127) // 255
