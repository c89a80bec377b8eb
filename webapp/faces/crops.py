"""Where a face lies in a photo, and the upright square crop that the landmark network reads.

Pixel coordinates are (x right, y down) with whole numbers at pixel centres, as in OpenCV.
A face's frame is (x, y, size, roll): the centre and the larger extent of its landmarks once the
eyes are level, in pixels, and the eye line's angle in radians, positive clockwise as seen.
"""

import math
from collections.abc import Iterable

import cv2
import numpy as np
from PIL import Image

from webapp.faces.conventions import LANDMARKS_INPUT

CROP_MARGIN = 1.25  # the crop's side over the size of the face
# The same where the face's place is known from its landmarks: seen larger, it is read better.
CLOSE_MARGIN = 1.1
_EYE_CORNERS = ((33, 133), (263, 362))  # the eye on the picture's left, then on its right


class Pyramid:
    """A photo and its halves, each made when it is first needed.

    Averaging two by two is many times as fast as averaging over any other area, and leaves less
    than a halving to do, for which bilinear interpolation is enough: it skips no pixel. Of an
    image of Pillow's, only what is looked at becomes an array, and a large photo never whole.
    """

    def __init__(self, photo: np.ndarray | Image.Image) -> None:
        """Take a photo, (H, W, 3) uint8 or an RGB image."""
        self._image = photo if isinstance(photo, Image.Image) else None
        self._levels: dict[int, np.ndarray] = {} if isinstance(photo, Image.Image) else {0: photo}
        width, height = photo.size if isinstance(photo, Image.Image) else photo.shape[1::-1]
        self.size: tuple[int, int] = (int(width), int(height))

    @property
    def shape(self) -> tuple[int, int, int]:
        """The photo's height and width in pixels, and its channels, as an array has them."""
        width, height = self.size
        return height, width, 3

    def reduced(self, shrink: float) -> tuple[np.ndarray, int]:
        """Return the photo halved as often as a reduction by `shrink` allows, and by how much.

        An odd last row or column is dropped. The pixel (x, y) of the result is centred at
        factor * (x, y) + (factor - 1) / 2 in the photo.
        """
        level = _halvings(shrink, self.size)
        if level not in self._levels:
            below = max((one for one in self._levels if one < level), default=None)
            if below is None:
                self._levels[level] = self._part((0, 0), self.size, 2**level)
            else:
                for each in range(below, level):
                    self._levels[each + 1] = _halved(self._levels[each])
        return self._levels[level], 2**level

    def _part(self, low: tuple[int, int], high: tuple[int, int], factor: int) -> np.ndarray:
        """Return an image's pixels from `low` (x, y) to before `high`, averaged over squares.

        Rows and columns that are left over are dropped.
        """
        if self._image is None:
            raise RuntimeError("an array is halved from its first level on")
        (left, top), (wide, tall) = low, ((b - a) // factor for a, b in zip(low, high, strict=True))
        box = left, top, left + wide * factor, top + tall * factor
        return np.asarray(self._image.reduce(factor, box))

    def under(
        self, matrix: np.ndarray, size: tuple[int, int], shrink: float
    ) -> tuple["Pyramid", np.ndarray]:
        """Return a pyramid that a crop is best made from, and the crop's matrix from there.

        Of an image it holds the part under the crop alone, no finer than the crop needs.
        """
        if self._image is None:
            return self, matrix
        low, high = _reach(self.size, matrix, size, shrink)
        factor = 2 ** _halvings(shrink, (high[0] - low[0], high[1] - low[1]))
        moved = np.column_stack([matrix[:, :2], apply(matrix, np.array(low))])
        return Pyramid(self._part(low, high, factor)), moved @ _back(factor)


Photo = np.ndarray | Pyramid  # (H, W, 3) uint8 RGB


def _halvings(shrink: float, size: tuple[int, int]) -> int:
    """Return how often a picture of that size can be halved for a reduction by `shrink`."""
    return max(0, min(int(math.log2(max(shrink, 1))), int(math.log2(max(min(size), 1)))))


def _back(factor: int) -> np.ndarray:
    """Return the (3, 3) transform from a picture that was reduced by `factor` to the whole."""
    return np.array([[factor, 0, (factor - 1) / 2], [0, factor, (factor - 1) / 2], [0, 0, 1]])


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
    x, y = np.moveaxis(np.asarray(landmarks, np.float64)[..., :2], -1, 0)
    left, right = np.moveaxis(eye_centres(landmarks), -2, 0).astype(np.float64)
    roll = np.arctan2(right[:, 1] - left[:, 1], right[:, 0] - left[:, 0])
    cos, sin = np.cos(roll), np.sin(roll)
    along = x * cos[:, None] + y * sin[:, None]  # the eye line
    across = y * cos[:, None] - x * sin[:, None]
    low, high = (np.array([pick(along, axis=1), pick(across, axis=1)]) for pick in (np.min, np.max))
    middle = (low + high) / 2
    centre = middle[0] * cos - middle[1] * sin, middle[0] * sin + middle[1] * cos
    return np.stack([*centre, (high - low).max(0), roll], axis=1)


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


def warp_crop(photo: Photo, matrix: np.ndarray, side: int, high: int | None = None) -> np.ndarray:
    """Return a crop of a photo without aliasing; outside the photo it repeats the edge.

    Args:
        photo: (H, W, 3) uint8, or its pyramid, which serves many crops of one photo better.
        matrix: (2, 3), photo pixels to crop pixels, one scale and a turn.
        side: the crop's side in pixels.
        high: its height, where it is no square.
    """
    size = side, high or side
    shrink = 1 / float(np.hypot(matrix[0, 0], matrix[0, 1]))
    if isinstance(photo, np.ndarray):
        photo, matrix = _part_under(photo, matrix, size, shrink) if shrink >= 2 else (photo, matrix)
        photo = Pyramid(photo)
    photo, matrix = photo.under(matrix, size, shrink)
    scale = 1 / float(np.hypot(matrix[0, 0], matrix[0, 1]))
    picture, factor = photo.reduced(scale)
    flags, border = cv2.INTER_LINEAR, cv2.BORDER_REPLICATE
    return cv2.warpAffine(picture, matrix @ _back(factor), size, flags=flags, borderMode=border)


def upright_crops(
    photos: Iterable[Photo], frames: Iterable[np.ndarray], margin: float = CROP_MARGIN
) -> tuple[np.ndarray, list[np.ndarray]]:
    """Return what the landmark network reads, (B, 128, 128, 3) uint8, and the crops' matrices.

    Args:
        photos: of each face; frames: (4,) each, where it lies in its photo.
        margin: the crops' side over the faces' size.
    """
    side = LANDMARKS_INPUT
    matrices = [crop_matrix(frame, side, margin) for frame in frames]
    pairs = zip(photos, matrices, strict=True)
    return np.stack([warp_crop(photo, matrix, side) for photo, matrix in pairs]), matrices


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


def _part_under(
    photo: np.ndarray, matrix: np.ndarray, size: tuple[int, int], shrink: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return the part of the photo under a crop, and the matrix from there."""
    low, high = _reach((photo.shape[1], photo.shape[0]), matrix, size, shrink)
    moved = np.column_stack([matrix[:, :2], apply(matrix, np.array(low))])
    return photo[low[1] : high[1], low[0] : high[0]], moved


def _reach(
    photo: tuple[int, int], matrix: np.ndarray, size: tuple[int, int], shrink: float
) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return where the part of a photo of that size (w, h) under a crop begins and ends, (x, y)."""
    right, bottom = size
    corners = np.array([[0, 0], [right, 0], [0, bottom], [right, bottom]], float) - 0.5
    reach = apply(inverse(matrix), corners)
    margin = 2 * shrink
    low = np.clip(np.floor(reach.min(0) - margin), 0, np.array(photo) - 1).astype(int)
    high = np.clip(np.ceil(reach.max(0) + margin), low + 1, photo).astype(int)
    return (int(low[0]), int(low[1])), (int(high[0]), int(high[1]))


def _halved(picture: np.ndarray) -> np.ndarray:
    height, width = picture.shape[0] // 2, picture.shape[1] // 2
    even = picture[: 2 * height, : 2 * width]
    return cv2.resize(even, (width, height), interpolation=cv2.INTER_AREA)
