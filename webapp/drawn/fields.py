"""Signed distance fields: every part of a frame is drawn from one.

A field holds, for each pixel of a `Grid`, the distance in millimetres to a part's edge:
negative inside, positive outside. Fields give antialiased coverage, smooth bevels and
fillets, at any resolution.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float32]
Points = NDArray[np.float64]

COARSE = 3  # distances are smooth: one exact value each 3 x 3 pixels, cubic in between


@dataclass(frozen=True)
class Grid:
    """A canvas: `width` x `height` pixels, `scale` pixels a millimetre.

    `left`, `top`: mm, the canvas's outer edge. A `mirrored` grid is symmetric about x = 0;
    its parts are drawn for x >= 0 and reflected, so that both halves agree exactly.
    """

    left: float
    top: float
    width: int
    height: int
    scale: float
    mirrored: bool = False

    @property
    def origin(self) -> tuple[float, float]:
        """The pixel (x, y) of the point (0, 0) mm; pixel (0, 0) is a pixel's centre."""
        return -self.left * self.scale - 0.5, -self.top * self.scale - 0.5

    def axes(self) -> tuple[Field, Field]:
        """Return x (1, W) and y (H, 1) of the pixels' centres, mm."""
        x = (np.arange(self.width, dtype=np.float32) + 0.5) / self.scale + self.left
        y = (np.arange(self.height, dtype=np.float32) + 0.5) / self.scale + self.top
        return x[None, :].astype(np.float32), y[:, None].astype(np.float32)

    def window(self, rows: slice, columns: slice) -> "Grid":
        """Return the grid of these pixels alone."""
        left = self.left + columns.start / self.scale
        top = self.top + rows.start / self.scale
        size = columns.stop - columns.start, rows.stop - rows.start
        return Grid(left, top, *size, self.scale)

    def coarser(self, times: int) -> "Grid":
        """Return the same canvas with pixels `times` larger."""
        return Grid(
            self.left, self.top, self.width // times, self.height // times, self.scale / times
        )

    def sample(self, distance: Callable[[Points], Points]) -> Field:
        """Return the field of a function that takes points (n, 2) mm to distances (n,) mm."""
        coarse = coarsely(self, distance)
        size = (self.width, self.height)
        return np.asarray(cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC), np.float32)


@lru_cache(maxsize=64)  # a frame's colourways ask for the same parts; a coarse one is small
def coarsely(grid: Grid, distance: Callable[[Points], Points]) -> Field:
    """Return the function's values at the centres of cells of `COARSE` x `COARSE` pixels."""
    columns, rows = grid.width // COARSE, grid.height // COARSE
    step = COARSE / grid.scale
    x = grid.left + (np.arange(columns) + 0.5) * step
    x = x[columns // 2 :] if grid.mirrored else x
    y = grid.top + (np.arange(rows) + 0.5) * step
    points = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    half = distance(points).reshape(rows, len(x)).astype(np.float32)
    return np.hstack([half[:, ::-1], half]) if grid.mirrored else half


def grid(left: float, top: float, right: float, bottom: float, scale: float) -> Grid:
    """Return the grid that covers the box in mm; symmetric when left = -right."""
    step = COARSE * 4  # whole coarse cells on either side, and an even number when reduced
    columns = int(np.ceil((right - left) * scale / step / 2)) * step * 2
    rows = int(np.ceil((bottom - top) * scale / step)) * step
    mirrored = left == -right
    return Grid(-columns / scale / 2 if mirrored else left, top, columns, rows, scale, mirrored)


def to_line(points: Points, line: Points) -> tuple[Points, Points]:
    """Return each point's distance to the polyline (m, 2), and where on it (0 to m - 1)."""
    nearest = np.full(len(points), np.inf, np.float32)
    where = np.zeros(len(points), np.float32)
    xs, ys = points.astype(np.float32).T
    for k, (a, b) in enumerate(itertools.pairwise(line)):
        sx, sy = (b - a).astype(np.float32)
        dx, dy = xs - np.float32(a[0]), ys - np.float32(a[1])
        t = np.clip((dx * sx + dy * sy) / np.maximum(sx * sx + sy * sy, np.float32(1e-12)), 0, 1)
        dx -= t * sx
        dy -= t * sy
        gap = dx * dx + dy * dy
        closer = gap < nearest
        nearest[closer] = gap[closer]
        where[closer] = t[closer] + np.float32(k)
    return np.sqrt(nearest).astype(np.float64), where.astype(np.float64)


def inside(points: Points, outline: Points) -> NDArray[np.bool_]:
    """Return which points lie in the closed outline (m, 2), by the even-odd rule."""
    x, y = points.T
    within = np.zeros(len(points), bool)
    for (ax, ay), (bx, by) in zip(outline, np.roll(outline, -1, axis=0), strict=True):
        if ay != by:
            crosses = (ay > y) != (by > y)
            within ^= crosses & (x < (bx - ax) * (y - ay) / (by - ay) + ax)
    return within


@dataclass(frozen=True)
class Outlined:
    """The signed distance to a closed outline; `points`: the bytes of (m, 2) float64."""

    points: bytes

    def __call__(self, points: Points) -> Points:
        """Return the distance (n,) of each of `points` (n, 2), mm."""
        outline = np.frombuffer(self.points).reshape(-1, 2)
        away, _ = to_line(points, np.vstack([outline, outline[:1]]))
        signed: Points = np.where(inside(points, outline), -away, away)
        return signed


@dataclass(frozen=True)
class Thickened:
    """The signed distance to a thick polyline; bytes of (m, 2) and (m,) float64, mm."""

    line: bytes
    radii: bytes

    def __call__(self, points: Points) -> Points:
        """Return the distance (n,) of each of `points` (n, 2), mm."""
        line, radius = np.frombuffer(self.line).reshape(-1, 2), np.frombuffer(self.radii)
        away, where = to_line(points, line)
        signed: Points = away - np.interp(where, np.arange(len(line)), radius)
        return signed


def shape(outline: Points) -> Outlined:
    """Return the signed distance function of a closed outline (m, 2)."""
    return Outlined(np.asarray(outline, float).tobytes())


def stroke(line: Points, radii: Points | float) -> Thickened:
    """Return the signed distance function of a polyline thickened by `radii` (m,) or one, mm."""
    radius = np.broadcast_to(np.asarray(radii, float), (len(line),))
    return Thickened(np.asarray(line, float).tobytes(), radius.tobytes())


def union(a: Field, b: Field, fillet: float = 0.0) -> Field:
    """Return both parts as one, the corners between them filled to about `fillet` mm."""
    if fillet <= 0:
        return np.minimum(a, b)
    overlap = np.maximum(fillet - np.abs(a - b), 0) / np.float32(fillet)
    # Polynomial smooth minimum (Quilez, "Smooth minimum"), quadratic.
    return np.asarray(np.minimum(a, b) - overlap**2 * np.float32(fillet / 4), np.float32)


def coverage(field: Field, scale: float) -> Field:
    """Return each pixel's share inside the part, 0 to 1."""
    return np.asarray(np.clip(0.5 - field * np.float32(scale), 0, 1), np.float32)


def smoothstep(low: float, high: float, value: Field) -> Field:
    """Return 0 below `low`, 1 above `high`, smooth between (also with low > high)."""
    t = np.clip((value - np.float32(low)) / np.float32(high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)
