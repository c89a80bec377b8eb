"""The nose as a surface: how wide it is at a height and depth, and where its skin is foremost."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from webapp.fitting.anatomy import mean_head
from webapp.fitting.scene import Floats

REACH = 24.0  # mm to either side within which skin is the nose's
TOP, BOTTOM = -12.0, 30.0  # mm below the eyes between which something can bear on it


def crossings(corners: Floats, along: int, at: Floats) -> Floats:
    """Return where lines parallel to an axis meet triangles.

    Args:
        corners: (n, 3, 3) mm.
        along: the axis, 0 to 2.
        at: (m, 2) mm, each line's place on the two other axes, in their order.

    Returns:
        (m, n) mm along the axis; NaN where a line misses a triangle.
    """
    plane = [axis for axis in range(3) if axis != along]
    a, b, c = (corners[None, :, k, plane] - at[:, None] for k in range(3))
    u, v, w = cross(b, c), cross(c, a), cross(a, b)
    total = u + v + w
    least, most = np.minimum(np.minimum(u, v), w), np.maximum(np.maximum(u, v), w)
    met = ((least >= 0) | (most <= 0)) & (np.abs(total) > 1e-12)
    x, y, z = corners[:, :, along].T
    place: Floats = (u * x + v * y + w * z) / np.where(met, total, np.nan)
    return place


def cross(a: Floats, b: Floats) -> Floats:
    """Return the cross products of plane vectors (..., 2)."""
    product: Floats = a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]
    return product


def sides(corners: Floats, at: Floats) -> Floats:
    """Return (m, 2): the x of the skin on the wearer's right and left.

    Args:
        corners: (n, 3, 3) mm, the nose's triangles.
        at: (m, 2) mm, heights y and depths z. Before the ridge there is no skin: NaN.
    """
    met = crossings(corners, 0, at)
    met = np.where(np.abs(met) < REACH, met, np.nan)
    right = np.min(np.where(np.isnan(met), np.inf, met), axis=1)
    left = np.max(np.where(np.isnan(met), -np.inf, met), axis=1)
    found: Floats = np.where(left > right, np.stack([right, left]), np.nan).T
    return found


@lru_cache(maxsize=1)
def nose_triangles() -> NDArray[np.int64]:
    """Return the triangles (n, 3) of the face mesh that make the nose and the skin beside it."""
    head = mean_head()
    corners = head.mean[head.triangles]
    near = (np.abs(corners[..., 0]).min(1) < REACH) & (corners[..., 2].min(1) < 0)
    near &= (corners[..., 1].min(1) < BOTTOM) & (corners[..., 1].max(1) > TOP)
    nose: NDArray[np.int64] = head.triangles[near]
    return nose


def nose_of(mesh: Floats) -> Floats:
    """Return the nose's triangles' corners (n, 3, 3), mm, of a mesh (478, 3)."""
    corners: Floats = mesh[nose_triangles()]
    return corners
