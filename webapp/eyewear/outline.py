"""Finding a lens's outline: the steepest closed line in a box of known size."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float32]
Floats = NDArray[np.float64]

ANGLES = 180
INNERMOST, OUTERMOST, RINGS = 0.80, 1.46, 111  # of the box's half sides; a square's corner: 1.41
FAINT = 0.02  # slope a pixel at which an edge counts half: rimless lenses have faint ones
BEND = 3  # rings that the outline may move between two angles
STIFF = 0.055  # score that each ring moved costs
BEFORE = 0.35  # score that edges crossed on the way out cost: the rim's inner edge comes first


@dataclass(frozen=True)
class Outline:
    """A lens's outline: (n, 2) points (x, y), pixels, and how sure it is, 0..1."""

    points: Floats
    score: float


def find_outline(slope: tuple[Field, Field], centre: Floats, half: Floats, slack: float) -> Outline:
    """Return the steepest closed line that fills a box.

    Args:
        slope: (H, W) the picture's steepest change a pixel along x and along y.
        centre: (2,) the box's middle (x, y), pixels.
        half: (2,) half its width and height, pixels.
        slack: how far beyond the box it may reach, as a share of the half sides.
    """
    angles = np.arange(ANGLES) * (2 * np.pi / ANGLES)
    rings = np.linspace(INNERMOST, OUTERMOST, RINGS)
    ray = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    unit = rings[None, :, None] * ray[:, None, :]  # (n, m, 2) in half sides
    spots = (unit * half + centre).astype(np.float32)
    across, down = (cv2.remap(one, spots[..., 0], spots[..., 1], cv2.INTER_LINEAR) for one in slope)
    outward = ray / half
    outward /= np.linalg.norm(outward, axis=1, keepdims=True)
    steep = np.abs(across * outward[:, :1]) + np.abs(down * outward[:, 1:])
    score = steep / (steep + FAINT)
    crossed = np.cumsum(score, axis=1) - score
    window = max(RINGS // 16, 1)  # the edge itself, blurred, is not yet "before"
    crossed = np.pad(crossed, ((0, 0), (window, 0)), mode="edge")[:, :-window]
    total = score - BEFORE * np.minimum(crossed / 12, 1)
    total = np.where(np.abs(unit).max(axis=2) > 1 + slack, -2.0, total)
    path = best_ring(total)
    rows = np.arange(ANGLES)
    points = unit[rows, path] * half + centre
    return Outline(points, float(score[rows, path].mean()))


def best_ring(score: Floats) -> NDArray[np.intp]:
    """Return for each angle the ring of the best closed line, by dynamic programming."""
    middle = len(score) // 2
    first = trace(score, None)
    # A closed line: once through from where the open one was best in its middle
    turned = np.roll(score, -middle, axis=0)
    path = trace(turned, int(first[middle]))
    return np.roll(path, middle)


def trace(score: Floats, start: int | None) -> NDArray[np.intp]:
    """Return the best path over the angles, from and back to the ring `start` where given."""
    count, rings = score.shape
    total = score[0].copy()
    if start is not None:
        total = np.where(np.arange(rings) == start, total, -1e9)
    came = np.zeros((count, rings), np.intp)
    for row in range(1, count):
        best, origin = total.copy(), np.arange(rings)
        for move in range(1, BEND + 1):
            for way in (-move, move):
                shifted = np.full(rings, -1e9)
                if way > 0:
                    shifted[way:] = total[:-way] - STIFF * move
                else:
                    shifted[:way] = total[-way:] - STIFF * move
                better = shifted > best
                best = np.where(better, shifted, best)
                origin = np.where(better, np.arange(rings) - way, origin)
        total, came[row] = best + score[row], origin
    if start is not None:
        near = np.abs(np.arange(rings) - start) <= BEND
        total = np.where(near, total, -1e9)
    path = np.empty(count, np.intp)
    path[-1] = int(np.argmax(total))
    for row in range(count - 1, 0, -1):
        path[row - 1] = came[row, path[row]]
    return path
