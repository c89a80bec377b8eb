"""A look at a photo: the reduced picture that the detector reads, and what it saw there."""

import cv2
import numpy as np

from webapp.faces.conventions import DETECTOR_MULTIPLE, DETECTOR_STRIDE, LOG_SIZE_UNIT
from webapp.faces.crops import Pyramid

PAD = 127  # the grey beside a photo whose sides are no multiples of the stride
_PEAK = np.ones((3, 3), np.uint8)


def letterbox(photo: np.ndarray | Pyramid, side: int) -> tuple[np.ndarray, float]:
    """Return a photo with its longer side at `side` pixels, padded to what the detector takes.

    Args:
        photo: (H, W, 3) uint8, or its pyramid.

    Returns:
        The look, sides multiples of 32, the photo in its upper left corner, and the scale from
        photo to look.
    """
    pyramid = Pyramid(photo) if isinstance(photo, np.ndarray) else photo
    picture, factor = pyramid.reduced(max(pyramid.size) / side)
    height, width = picture.shape[:2]
    scale = side / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = picture if size == (width, height) else cv2.resize(picture, size)
    padded = [-(-v // DETECTOR_MULTIPLE) * DETECTOR_MULTIPLE for v in size]
    look = np.full((padded[1], padded[0], 3), PAD, np.uint8)
    look[: size[1], : size[0]] = small
    return look, scale / factor


def decode_heat(told: np.ndarray, least: float, most: int) -> np.ndarray:
    """Return the faces that a detector's output proposes.

    Args:
        told: (6, h, w) float32, the detector's output for one look.
        least: the lowest score.
        most: how many at most, best first.

    Returns:
        (N, 5) float32: x, y, size in the look's pixels, roll in radians, score.
    """
    heat = told[0]
    peak = heat >= cv2.dilate(heat, _PEAK)
    rows, columns = np.nonzero(peak & (heat > np.log(least / (1 - least))))
    best = np.argsort(-heat[rows, columns])[:most]
    rows, columns = rows[best], columns[best]
    logit, dx, dy, log_size, cos, sin = told[:, rows, columns]
    middle = (DETECTOR_STRIDE - 1) / 2
    x = (columns + dx) * DETECTOR_STRIDE + middle
    y = (rows + dy) * DETECTOR_STRIDE + middle
    size = LOG_SIZE_UNIT * np.exp(np.clip(log_size, -3, 4))
    return np.stack([x, y, size, np.arctan2(sin, cos), 1 / (1 + np.exp(-logit))], axis=1)
