"""Smooth planar curves, in millimetres: the outlines and centre lines of frames.

Points are (n, 2) float64, x to the onlooker's right, y down, as in `webapp.eyewear.frame`.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

# Uniform cubic B-spline basis, rows for 1, t, t^2, t^3 (de Boor, A Practical Guide to Splines).
BASIS = np.array([[1, 4, 1, 0], [-3, 0, 3, 0], [3, -6, 3, 0], [-1, 3, -3, 1]]) / 6.0


def closed_spline(controls: ArrayLike, per_span: int = 16) -> Floats:
    """Return (n, 2) points of the closed, curvature-continuous B-spline of `controls` (m, 2).

    The curve stays inside its control polygon, so it never wiggles between the points; a
    control given twice makes a tighter corner.
    """
    knots = np.asarray(controls, float)
    quads = np.stack([np.roll(knots, 1 - k, axis=0) for k in range(4)], axis=1)  # (m, 4, 2)
    return spans(quads, per_span)


def open_spline(controls: ArrayLike, per_span: int = 16) -> Floats:
    """Return (n, 2) points of the open B-spline that starts and ends at the end controls."""
    knots = np.asarray(controls, float)
    first, last = 2 * knots[0] - knots[1], 2 * knots[-1] - knots[-2]
    knots = np.vstack([first, knots, last])
    quads = np.stack([knots[k : len(knots) - 3 + k] for k in range(4)], axis=1)
    return np.vstack([spans(quads, per_span), knots[-2]])


def spans(quads: Floats, per_span: int) -> Floats:
    """Return the points of B-spline spans with four controls each, (m, 4, 2)."""
    t = np.arange(per_span) / per_span
    powers = np.stack([t**0, t, t**2, t**3], axis=1)  # (per_span, 4)
    points: Floats = np.einsum("tp,pk,mkd->mtd", powers, BASIS, quads).reshape(-1, 2)
    return points


def superellipse(power: float, count: int = 192) -> Floats:
    """Return |x|^power + |y|^power = 1 as (count, 2); 2 is a circle, 4 nearly a square."""
    angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
    unit = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    curve: Floats = np.sign(unit) * np.abs(unit) ** (2 / power)
    return resampled(np.vstack([curve, curve[:1]]), count + 1)[:-1]


def boxed(curve: Floats, width: float, height: float) -> Floats:
    """Return the curve stretched to fill exactly the box width x height round (0, 0)."""
    low, high = curve.min(axis=0), curve.max(axis=0)
    stretched: Floats = (curve - (low + high) / 2) / (high - low) * (width, height)
    return stretched


def lengths(line: Floats) -> Floats:
    """Return each point's distance along the polyline from its first point, (n,)."""
    steps = np.hypot(*np.diff(line, axis=0).T)
    return np.concatenate([[0.0], np.cumsum(steps)])


def resampled(line: Floats, count: int) -> Floats:
    """Return the polyline with `count` points at equal distances along it."""
    along = lengths(line)
    at = np.linspace(0, along[-1], count)
    return np.stack([np.interp(at, along, line[:, k]) for k in range(2)], axis=1)
