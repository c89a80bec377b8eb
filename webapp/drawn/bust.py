"""A shop-window bust round a reference head: face, skull, ears, neck, as one smooth surface.

Everything is in head coordinates, mm; see `webapp.fitting.scene`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from webapp.fitting.anatomy import mean_head
from webapp.fitting.scene import Floats

Triangles = NDArray[np.int64]  # (n, 3), normals towards the outside

SKULL_CENTRE = np.array([0.0, -8.0, 72.0])
SKULL = np.array([76.0, 103.0, 103.0])  # half axes: breadth, height, depth
ROUND = 2.45  # power of the skull's superellipsoid: rounder than an egg, flatter on top
NECK = (  # y, half width, half depth, centre z of its rings, mm
    (40, 50, 46, 78), (80, 51, 49, 76), (112, 52, 51, 78), (142, 54, 53, 82), (166, 62, 57, 86),
    (186, 86, 62, 90), (204, 120, 66, 92), (226, 152, 72, 92), (262, 178, 80, 92),
    (340, 196, 90, 92), (460, 204, 96, 92),
)  # fmt: skip
RINGS = 14  # from the edge of the face to the back of the head


@dataclass(frozen=True)
class Surface:
    """A triangle surface: `points` (n, 3) mm; `chart` (n, 3), each point's place on the
    average head, by which it is coloured; `triangles`.
    """

    points: Floats
    chart: Floats
    triangles: Triangles

    def normals(self) -> Floats:
        """Return each point's outward unit normal (n, 3)."""
        a, b, c = (self.points[self.triangles[:, k]] for k in range(3))
        faces = np.cross(b - a, c - a)
        total = np.zeros_like(self.points)
        for k in range(3):
            for axis in range(3):
                total[:, axis] += np.bincount(
                    self.triangles[:, k], faces[:, axis], minlength=len(total)
                )
        unit: Floats = total / np.maximum(np.linalg.norm(total, axis=1), 1e-9)[:, None]
        return unit


def smoothed(surface: Surface, rounds: int) -> Floats:
    """Return the surface's normals (n, 3) averaged over their neighbours, `rounds` times."""
    normal = surface.normals()
    for _ in range(rounds):
        faces = normal[surface.triangles].sum(axis=1)
        total = np.zeros_like(normal)
        for k in range(3):
            for axis in range(3):
                total[:, axis] += np.bincount(
                    surface.triangles[:, k], faces[:, axis], minlength=len(total)
                )
        normal = total / np.maximum(np.linalg.norm(total, axis=1), 1e-9)[:, None]
    return normal


def edge_loop(triangles: Triangles) -> list[int]:
    """Return the landmarks along the face's edge, in order round it."""
    ahead = {
        (int(t[k]), int(t[(k + 1) % 3])) for t in triangles for k in range(3)
    }  # each inner edge is walked both ways, the rim's only once
    following = {a: b for a, b in ahead if (b, a) not in ahead}
    loop = [next(iter(sorted(following)))]
    while following[loop[-1]] != loop[0]:
        loop.append(following[loop[-1]])
    return loop


def whole_head(mesh: Floats, level: int) -> Surface:
    """Return the face `mesh` (478, 3) closed to a head by a skull, refined `level` times."""
    mean = mean_head()
    face = mean.triangles
    loop = edge_loop(face)
    points, chart, triangles = [mesh[:468]], [mean.mean[:468]], [face]
    wide = np.ptp(mesh[:, 0]) / np.ptp(mean.mean[:, 0])
    for source, rows in ((mesh, points), (mean.mean, chart)):
        rows.append(skull_rings(source[loop], SKULL * (wide if source is mesh else 1.0, 1, 1)))
    inner = np.array(loop)
    for ring in range(RINGS):
        outer = 468 + ring * len(loop) + np.arange(len(loop))
        after = np.roll(inner, -1), np.roll(outer, -1)
        triangles += [
            np.stack([after[0], inner, outer], 1),
            np.stack([after[0], outer, after[1]], 1),
        ]
        inner = outer
    surface = Surface(np.vstack(points), np.vstack(chart), np.vstack(triangles))
    for _ in range(level):
        surface = refined(surface)
    return surface


def skull_rings(edge: Floats, axes: Floats) -> Floats:
    """Return rings (RINGS * n, 3) that lead from the face's edge round to the head's back."""
    away = edge - SKULL_CENTRE
    reach = np.linalg.norm(away, axis=1)
    polar = np.arccos(-away[:, 2] / reach)  # from straight ahead
    about = np.arctan2(away[:, 1], away[:, 0])
    rings = []
    for ring in range(1, RINGS + 1):
        t = ring / RINGS
        angle = polar + t * (np.pi - polar) * 0.999
        ray = np.stack(
            [np.sin(angle) * np.cos(about), np.sin(angle) * np.sin(about), -np.cos(angle)], axis=1
        )
        skull = np.sum(np.abs(ray / axes) ** ROUND, axis=1) ** (-1 / ROUND)
        ease = min(t * 1.7, 1.0)
        ease = ease * ease * (3 - 2 * ease)
        rings.append(SKULL_CENTRE + ray * (reach + (skull - reach) * ease)[:, None])
    return np.vstack(rings)


def refined(surface: Surface) -> Surface:
    """Return the surface with each triangle cut in four, its midpoints bulged out smoothly.

    Phong tessellation (Boubekeur and Alexa, 2008): a midpoint is drawn towards the tangent
    planes of its ends.
    """
    triangles, points, normal = surface.triangles, surface.points, surface.normals()
    edges = np.sort(np.vstack([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]]))
    unique, where = np.unique(edges, axis=0, return_inverse=True)
    a, b = unique.T
    middle = (points[a] + points[b]) / 2
    bulge = sum(
        -np.sum((middle - points[end]) * normal[end], axis=1)[:, None] * normal[end]
        for end in (a, b)
    )
    new = len(points) + where.reshape(3, -1)
    i, j, k = triangles.T
    ij, jk, ki = new
    cut = [(i, ij, ki), (ij, j, jk), (ki, jk, k), (ij, jk, ki)]
    return Surface(
        np.vstack([points, middle + 0.36 * bulge]),
        np.vstack([surface.chart, (surface.chart[a] + surface.chart[b]) / 2]),
        np.vstack([np.stack(corner, axis=1) for corner in cut]),
    )


def sheet(rows: Floats) -> Surface:
    """Return the surface through a grid of points (m, n, 3), closed along its rows."""
    m, n = rows.shape[:2]
    index = np.arange(m * n).reshape(m, n)
    a, b = index[:-1], index[1:]
    c, d = np.roll(a, -1, axis=1), np.roll(b, -1, axis=1)
    quads = [np.stack(t, axis=-1).reshape(-1, 3) for t in ((a, c, b), (c, d, b))]
    points = rows.reshape(-1, 3)
    return Surface(points, points, np.vstack(quads))


def neck(wide: float) -> Surface:
    """Return neck and shoulders, as rings from under the jaw down; `wide` is 1 on average."""
    profile = np.array(NECK, float)
    fine = np.linspace(0, len(profile) - 1, 70)
    rings = np.stack([np.interp(fine, range(len(profile)), column) for column in profile.T], axis=1)
    kernel = np.hanning(9) / np.hanning(9).sum()
    padded = np.pad(rings, ((4, 4), (0, 0)), mode="edge")
    rings = np.stack([np.convolve(column, kernel, "valid") for column in padded.T], axis=1)
    turn = np.linspace(0, 2 * np.pi, 72, endpoint=False)
    x = wide * rings[:, 1:2] * np.cos(turn)
    z = rings[:, 3:4] + rings[:, 2:3] * np.sin(turn)
    y = np.broadcast_to(rings[:, :1], x.shape)
    return sheet(np.stack([x, y, z], axis=-1))


def ear(side: int, wide: float) -> Surface:
    """Return an ear; `side` is 1 for the wearer's left."""
    rise = np.linspace(0.02, np.pi - 0.02, 22)[:, None]
    turn = np.linspace(0, 2 * np.pi, 28, endpoint=False)[None, :]
    back = np.sin(rise) * np.cos(turn)
    out = np.sin(rise) * np.sin(turn)
    down = -np.cos(rise) * np.ones_like(turn)
    x = side * (74.0 * wide + 3.0 + 5.0 * out + 6.5 * np.clip(back, -0.4, 1))
    z = 88 + 15 * back * (1 - 0.22 * down) - 5 * down
    y = 12 + 31 * down
    rows = np.stack([x, y + 0 * x, z], axis=-1)
    return sheet(rows if side < 0 else rows[:, ::-1])
