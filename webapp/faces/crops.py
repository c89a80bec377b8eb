"""Where a face lies in a photo, and the upright square crop that the landmark network reads.

Pixel coordinates are (x right, y down) with whole numbers at pixel centres, as in OpenCV.
A face's frame is (x, y, size, roll): the centre and the larger extent of its landmarks once the
eyes are level, in pixels, and the eye line's angle in radians, positive clockwise as seen.
"""

import cv2
import numpy as np

from webapp.faces.conventions import LANDMARKS_INPUT

CROP_MARGIN = 1.25  # the crop's side over the size of the face
_EYE_CORNERS = ((33, 133), (263, 362))  # the eye on the picture's left, then on its right


def eye_centres(landmarks: np.ndarray) -> np.ndarray:
    """Return the middles of the eyes' corners.

    Args:
        landmarks: (..., 478, 2 or 3).

    Returns:
        (..., 2, 2), the eye on the picture's left first, as (x, y).
    """
    return np.stack([landmarks[..., list(pair), :2].mean(-2) for pair in _EYE_CORNERS], axis=-2)


def face_frames(landmarks: np.ndarray) -> np.ndarray:
    """Return the frame of each face.

    Args:
        landmarks: (N, 478, 2 or 3) in pixels.

    Returns:
        (N, 4) float64: x, y, size, roll.
    """
    points = np.asarray(landmarks, np.float64)[..., :2]
    line = np.diff(eye_centres(points), axis=-2)[..., 0, :]
    roll = np.arctan2(line[:, 1], line[:, 0])
    turn = np.exp(-1j * roll)[:, None]
    level = (points[..., 0] + 1j * points[..., 1]) * turn
    low = np.stack([level.real.min(1), level.imag.min(1)], axis=1)
    high = np.stack([level.real.max(1), level.imag.max(1)], axis=1)
    middle = (low + high) / 2
    centre = (middle[:, 0] + 1j * middle[:, 1]) / turn[:, 0]
    return np.stack([centre.real, centre.imag, (high - low).max(1), roll], axis=1)


def crop_matrix(frame: np.ndarray, side: int, margin: float = CROP_MARGIN) -> np.ndarray:
    """Return the (2, 3) transform from photo pixels to pixels of a face's upright square crop.

    Args:
        frame: (4,) x, y, size, roll of the face.
        side: the crop's side in pixels.
        margin: the crop's side over the face's size, both in photo pixels.
    """
    x, y, size, roll = (float(v) for v in frame)
    scale = side / (margin * size)
    cos, sin = scale * np.cos(roll), scale * np.sin(roll)
    middle = (side - 1) / 2
    return np.array(
        [[cos, sin, middle - cos * x - sin * y], [-sin, cos, middle + sin * x - cos * y]]
    )


def warp_crop(photo: np.ndarray, matrix: np.ndarray, side: int) -> np.ndarray:
    """Return a square crop of a photo without aliasing; outside the photo it repeats the edge.

    Args:
        photo: (H, W, 3) uint8.
        matrix: (2, 3), photo pixels to crop pixels, one scale and a turn.
        side: the crop's side in pixels.
    """
    shrink = 1 / float(np.hypot(matrix[0, 0], matrix[0, 1]))
    if shrink > 1.5:
        photo, matrix = _shrunk_region(photo, matrix, side, shrink)
    flags, border = cv2.INTER_LINEAR, cv2.BORDER_REPLICATE
    return cv2.warpAffine(photo, matrix, (side, side), flags=flags, borderMode=border)


def in_photo(shape: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Return a crop's landmarks in the photo's pixels.

    Args:
        shape: (478, 3), as the landmark network gives them: -1 to 1 across the crop.
        matrix: (2, 3), photo pixels to pixels of the crop.

    Returns:
        (478, 3) float32: x, y in photo pixels, z in the same unit, negative towards the camera.
    """
    half = LANDMARKS_INPUT / 2
    landmarks = np.empty(shape.shape, np.float32)
    landmarks[:, :2] = apply(inverse(matrix), (shape[:, :2].astype(np.float64) + 1) * half - 0.5)
    landmarks[:, 2] = shape[:, 2] * half / np.hypot(matrix[0, 0], matrix[0, 1])
    return landmarks


def apply(matrix: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Return (..., 2) points moved by a (2, 3) affine matrix."""
    return points @ matrix[:, :2].T + matrix[:, 2]


def inverse(matrix: np.ndarray) -> np.ndarray:
    """Return the inverse of a (2, 3) affine matrix."""
    return cv2.invertAffineTransform(matrix)


def _shrunk_region(
    photo: np.ndarray, matrix: np.ndarray, side: int, shrink: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return the part of the photo under a crop, averaged to at most 1.5 times the crop's scale.

    Bilinear warping reads four pixels only, so a strong reduction must be averaged first.
    """
    height, width = photo.shape[:2]
    corners = np.array([[0, 0], [side, 0], [0, side], [side, side]], float) - 0.5
    reach = apply(inverse(matrix), corners)
    margin = 2 * shrink
    low = np.clip(np.floor(reach.min(0) - margin), 0, [width - 1, height - 1]).astype(int)
    high = np.clip(np.ceil(reach.max(0) + margin), low + 1, [width, height]).astype(int)
    part, factor = halved(photo[low[1] : high[1], low[0] : high[0]], shrink)
    size = np.array(part.shape[1::-1])
    small_size = size
    if shrink > 1.5 * factor:
        small_size = np.maximum(1, np.round(size * 1.3 * factor / shrink)).astype(int)
        part = cv2.resize(part, small_size.tolist(), interpolation=cv2.INTER_AREA)
    scale = factor * size / small_size  # photo pixels per pixel of the part, x and y
    to_photo = np.array([[scale[0], 0, 0], [0, scale[1], 0]])
    to_photo[:, 2] = low + (scale - 1) / 2
    return part, matrix @ np.vstack([to_photo, [0, 0, 1]])


def halved(photo: np.ndarray, shrink: float) -> tuple[np.ndarray, int]:
    """Return a picture halved as often as a reduction by `shrink` allows, and by how much.

    Averaging two by two is five times as fast as averaging over any other area, so the bulk of a
    reduction is done this way. An odd last row or column is dropped.
    """
    factor = 1
    while shrink >= 2 * factor and min(photo.shape[:2]) >= 2:
        height, width = photo.shape[0] // 2, photo.shape[1] // 2
        even = photo[: 2 * height, : 2 * width]
        photo = cv2.resize(even, (width, height), interpolation=cv2.INTER_AREA)
        factor *= 2
    return photo, factor
