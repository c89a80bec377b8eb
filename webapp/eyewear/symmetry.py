"""A front is its own mirror image: that tells how a photo is tilted, and where its middle is."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float32]
Floats = NDArray[np.float64]

STEEPEST = 12.0  # degrees of tilt that are looked for
COARSE, FINE = 320, 1000  # px, the widths at which it is looked for


@dataclass(frozen=True)
class Axis:
    """The mirror's axis: the turn, degrees clockwise, and the axis's x once turned back.

    `likeness`: of the two halves, 1 where they are the same.
    """

    tilt: float
    x: float
    likeness: float


def axis_of(edges: Field) -> Axis:
    """Return the axis about which the edges, (H, W) 0..1, are most like their mirror image."""
    columns = edges.shape[1]
    small, k = shrunk(edges, COARSE)
    tilts = np.arange(-STEEPEST, STEEPEST + 0.1, 1.0)
    best = max((likeness(small, tilt) for tilt in tilts), key=lambda axis: axis.likeness)
    for step in (0.5, 0.25):
        near = (best.tilt - step, best.tilt + step)
        best = max([best, *(likeness(small, tilt) for tilt in near)], key=lambda a: a.likeness)
    large, k = shrunk(edges, FINE)
    found = [likeness(large, best.tilt + off) for off in np.arange(-0.5, 0.51, 0.1)]
    top = int(np.argmax([axis.likeness for axis in found]))
    tilt = summit([axis.likeness for axis in found], top) * 0.1 - 0.5 + best.tilt
    fine = likeness(large, tilt)
    middle = (columns - 1) / 2
    return Axis(tilt, (fine.x - (large.shape[1] - 1) / 2) / k + middle, fine.likeness)


def shrunk(edges: Field, width: int) -> tuple[Field, float]:
    """Return the edges at most `width` wide, and how much smaller they are."""
    k = min(1.0, width / edges.shape[1])
    if k == 1.0:
        return edges, 1.0
    size = round(edges.shape[1] * k), round(edges.shape[0] * k)
    return np.asarray(cv2.resize(edges, size, interpolation=cv2.INTER_AREA), np.float32), k


def likeness(edges: Field, tilt: float) -> Axis:
    """Return the axis of the edges turned back by `tilt`, degrees."""
    level = turned(edges, tilt)
    columns = level.shape[1]
    spectrum = np.fft.rfft(level, 2 * columns, axis=1)
    # Row by row: how alike the row and its reverse are, by where the mirror stands
    alike = np.fft.irfft((spectrum * spectrum).sum(axis=0), 2 * columns)
    energy = float((level * level).sum()) or 1.0
    inside = slice(columns // 2, 3 * columns // 2)  # an axis in the picture's middle half
    top = int(np.argmax(alike[inside])) + columns // 2
    return Axis(tilt, summit(alike.tolist(), top) / 2, float(alike[top]) / energy)


def turned(picture: Field, tilt: float, about: tuple[float, float] | None = None) -> Field:
    """Return the picture turned back by `tilt` degrees about its middle."""
    rows, columns = picture.shape[:2]
    matrix = levelling(tilt, (columns, rows))
    return np.asarray(cv2.warpAffine(picture, matrix, (columns, rows)), np.float32)


def levelling(tilt: float, size: tuple[int, int]) -> Floats:
    """Return the (2, 3) turn about the middle that makes a picture (w, h) level."""
    middle = (size[0] - 1) / 2, (size[1] - 1) / 2
    return np.asarray(cv2.getRotationMatrix2D(middle, tilt, 1.0), np.float64)


def summit(values: list[float], top: int) -> float:
    """Return where the parabola through the highest value and its neighbours peaks."""
    if not 0 < top < len(values) - 1:
        return float(top)
    low, mid, high = values[top - 1], values[top], values[top + 1]
    bend = low - 2 * mid + high
    return top + (0.5 * (low - high) / bend if bend < 0 else 0.0)
