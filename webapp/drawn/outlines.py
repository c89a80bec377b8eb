"""Lens outlines by shape, and the fields that every front needs.

An outline is drawn for the wearer's left lens: x runs towards the temple, y down. The
curves are the project's own; their boxes are stretched to the size marks exactly.
"""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from webapp.drawn.curves import Floats, boxed, closed_spline, superellipse
from webapp.drawn.fields import Field, Grid, Points, shape, union
from webapp.eyewear.frame import Shape, SizeMarks

CONTROLS: dict[Shape, list[tuple[float, float]]] = {
    Shape.PANTO: [
        (-0.5, -1.0), (0.05, -1.03), (0.6, -1.0), (1.0, -0.72), (1.05, -0.12), (0.87, 0.52),
        (0.42, 1.02), (-0.38, 1.02), (-0.9, 0.48), (-1.02, -0.12), (-0.95, -0.72),
    ],
    Shape.RECTANGLE: [
        (-0.55, -1.0), (0.1, -1.02), (0.7, -1.02), (0.99, -0.98), (1.01, -0.5), (0.98, 0.1),
        (0.9, 0.78), (0.66, 1.0), (0.1, 1.01), (-0.45, 1.0), (-0.82, 0.82), (-0.95, 0.2),
        (-1.0, -0.45), (-0.95, -0.92),
    ],
    Shape.SQUARE: [
        (-0.6, -1.0), (0.0, -1.01), (0.62, -1.01), (0.98, -0.97), (1.03, -0.5), (0.98, 0.1),
        (0.84, 0.8), (0.5, 1.0), (0.02, 1.02), (-0.45, 0.99), (-0.8, 0.74), (-0.95, 0.12),
        (-1.0, -0.45), (-0.96, -0.9),
    ],
    Shape.CAT_EYE: [
        (-0.6, -0.88), (-0.1, -0.95), (0.42, -1.04), (0.84, -1.1), (1.07, -0.94), (1.04, -0.4),
        (0.92, 0.2), (0.64, 0.8), (0.14, 1.03), (-0.4, 0.98), (-0.82, 0.6), (-0.98, -0.1),
        (-0.93, -0.7),
    ],
    Shape.AVIATOR: [
        (-0.66, -0.99), (-0.1, -1.03), (0.46, -1.0), (0.9, -0.82), (1.04, -0.34), (1.02, 0.22),
        (0.8, 0.78), (0.3, 1.06), (-0.2, 0.9), (-0.62, 0.42), (-0.92, -0.2), (-0.98, -0.8),
    ],
    Shape.BROWLINE: [
        (-0.55, -0.96), (0.0, -1.0), (0.6, -1.02), (0.98, -0.9), (1.03, -0.35), (0.93, 0.28),
        (0.6, 0.86), (0.05, 1.04), (-0.42, 0.92), (-0.82, 0.44), (-0.99, -0.18), (-0.93, -0.74),
    ],
    Shape.GEOMETRIC: [
        (0.0, -1.0), (0.30, -1.0), (0.60, -1.0), (0.80, -0.56), (1.02, -0.06), (0.80, 0.46),
        (0.56, 1.0), (0.28, 1.0), (0.0, 1.0), (-0.28, 1.0), (-0.56, 1.0), (-0.80, 0.46),
        (-1.02, -0.06), (-0.80, -0.56), (-0.60, -1.0), (-0.30, -1.0),
    ],
    Shape.HALF_RIM: [
        (-0.6, -0.98), (0.0, -1.02), (0.62, -1.02), (0.97, -0.97), (1.02, -0.45), (0.99, 0.2),
        (0.91, 0.84), (0.55, 1.0), (0.0, 1.02), (-0.5, 0.99), (-0.84, 0.74), (-0.96, 0.1),
        (-1.0, -0.45), (-0.95, -0.88),
    ],
    Shape.NAVIGATOR: [
        (-0.7, -1.0), (-0.2, -1.02), (0.35, -1.02), (0.86, -1.0), (1.03, -0.8), (1.02, -0.2),
        (0.98, 0.4), (0.82, 0.92), (0.4, 1.03), (0.0, 1.0), (-0.42, 0.84), (-0.78, 0.36),
        (-0.96, -0.25), (-1.0, -0.85),
    ],
    Shape.HEXAGONAL: [
        (-0.58, -1.0), (-0.2, -1.0), (0.2, -1.0), (0.58, -1.0), (0.72, -0.66), (0.88, -0.3),
        (1.02, 0.0), (0.88, 0.3), (0.72, 0.66), (0.58, 1.0), (0.2, 1.0), (-0.2, 1.0),
        (-0.58, 1.0), (-0.72, 0.66), (-0.88, 0.3), (-1.02, 0.0), (-0.88, -0.3), (-0.72, -0.66),
    ],
    Shape.SHIELD: [
        (-0.9, -0.98), (-0.3, -1.0), (0.2, -0.99), (0.62, -0.9), (0.94, -0.66), (1.03, -0.25),
        (0.92, 0.34), (0.5, 0.9), (0.02, 1.03), (-0.45, 0.86), (-0.8, 0.3), (-1.0, -0.35),
        (-1.03, -0.85),
    ],
    Shape.RIMLESS: [
        (-0.6, -0.98), (0.0, -1.02), (0.62, -1.0), (0.96, -0.86), (1.02, -0.35), (0.98, 0.2),
        (0.84, 0.76), (0.45, 1.0), (0.0, 1.02), (-0.48, 0.98), (-0.84, 0.66), (-0.98, 0.05),
        (-1.0, -0.45), (-0.93, -0.86),
    ],
}  # fmt: skip
POWERS = {Shape.ROUND: 2.0, Shape.OVAL: 2.15}


def outline(kind: Shape, marks: SizeMarks) -> Floats:
    """Return the wearer's left lens's outline (n, 2) in frame coordinates, mm."""
    power = POWERS.get(kind)
    unit = superellipse(power) if power else closed_spline(CONTROLS[kind])
    middle = np.array([marks.lens_centres / 2, 0.0])
    edge: Floats = boxed(unit, marks.lens_width, marks.lens_height) + middle
    return edge


@dataclass(frozen=True, eq=False)
class Ground:
    """What every front is built on: the grid, the lenses' outline and their field.

    `lens`: signed distance to the lenses' edges, which sit in the rims' grooves; a shield's
    one lens spans the nose. Colourways share a ground, so what is measured on one is kept by
    its identity.
    """

    grid: Grid
    marks: SizeMarks
    edge: Floats
    lens: Field

    @property
    def middle(self) -> float:
        """The lens centre's x, mm."""
        return self.marks.lens_centres / 2

    def around(self, sizes: tuple[tuple[float, float], ...]) -> Field:
        """Return a size that changes with the direction from the lens's centre, (H, W).

        `sizes`: (degrees, mm); 0 points to the temple, 90 down, 180 to the nose, 270 up.
        """
        x, y = self.grid.axes()
        reach = self.marks.lens_width / self.marks.lens_height
        angle = np.degrees(np.arctan2(y * reach, np.abs(x) - self.middle)) % 360
        degrees, sizes_mm = np.array(sorted(sizes)).T
        table = np.interp(np.arange(360), degrees, sizes_mm, period=360)
        kernel = np.hanning(41) / np.hanning(41).sum()
        table = np.convolve(np.concatenate([table[-20:], table, table[:20]]), kernel, "valid")
        around = np.interp(angle, np.arange(361), np.append(table, table[0]))
        return np.asarray(around, np.float32)

    def at(self, degrees: float, away: float = 0.0) -> Points:
        """Return the point (2,) on the lens's edge in this direction, `away` mm further out."""
        reach = self.marks.lens_width / self.marks.lens_height
        from_middle = self.edge - (self.middle, 0)
        angle = np.degrees(np.arctan2(from_middle[:, 1] * reach, from_middle[:, 0]))
        nearest = np.argmin(np.abs((angle - degrees + 180) % 360 - 180))
        out = from_middle[nearest] / np.hypot(*from_middle[nearest])
        found: Points = self.edge[nearest] + out * away
        return found

    def arc(self, start: float, end: float, away: float = 0.0, count: int = 60) -> Points:
        """Return the lens's edge from one direction to another, `away` mm further out, (n, 2)."""
        points = [self.at(angle) for angle in np.linspace(start, end, count)]
        line = np.array(points)
        along = np.gradient(line, axis=0)
        outward = np.stack([along[:, 1], -along[:, 0]], axis=1)
        outward /= np.maximum(np.hypot(*outward.T), 1e-9)[:, None]
        outward *= np.sign(np.sum(outward * (line - (self.middle, 0)), axis=1))[:, None]
        moved: Points = line + outward * away
        return moved


@lru_cache(maxsize=2)  # a frame's colourways are drawn one after another
def ground(grid: Grid, kind: Shape, marks: SizeMarks) -> Ground:
    """Return the ground of a front with lenses of this shape and size; shared, not to change."""
    edge = outline(kind, marks)
    # The outline is a polygon: rounding its corners keeps its facets out of the highlights.
    sharp = grid.sample(shape(edge))
    lens = np.asarray(cv2.GaussianBlur(sharp, (0, 0), 0.16 * grid.scale), np.float32)
    if kind is Shape.SHIELD:
        lens = union(lens, nose_web(grid, marks), 9.0)
    return Ground(grid, marks, edge, lens)


def nose_web(grid: Grid, marks: SizeMarks) -> Field:
    """Return the field of what joins a shield's halves above the nose."""
    x, y = grid.axes()
    top, low = -0.455 * marks.lens_height, -0.20 * marks.lens_height
    across = np.abs(x) - np.float32(marks.bridge / 2 + 5)
    down = np.abs(y - np.float32((top + low) / 2)) - np.float32((low - top) / 2)
    return np.asarray(np.maximum(across, down), np.float32)
