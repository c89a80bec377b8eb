"""Where the head is: its depth at every pixel about the face, from the mesh and a skull.

The face mesh ends before the ears; behind it an ellipsoid stands for the skull. Depths are
millimetres from the camera, at a bounded resolution (about a millimetre), whatever the photo's.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from webapp.fitting.anatomy import TEMPLE_SIDES, mean_head
from webapp.fitting.scene import Camera, Floats, Head, Pose
from webapp.rendering.sheets import Box, Map, Rays, Slices, around

CELL_MM = 1.1  # a raster cell at the face's distance, mm
MOST_CELLS = 200  # of the raster, across and down
NOTHING = np.float32(1e6)  # depth where there is no head, mm
SKULL_Y, SKULL_Z = -34.0, 36.0  # mm from the face's side landmarks to the skull's middle
SKULL_HALF = (2.0, 92.0, 92.0)  # mm: added to the face's half width; half height; half depth
EARS_Z = 30.0  # mm behind those landmarks a temple's bend lies, at most
LOWEST_Y = 85.0  # mm below the eyes; no frame and no shadow of one reaches lower
SIZES = (6, 12, 24, 48, 96)  # cells; triangles are filled in classes of these bounding boxes


@dataclass(frozen=True)
class Raster:
    """The head on a grid of cells of `step` photo pixels, the first beginning at (left, top).

    `depth` (rows, columns) float32 mm, `NOTHING` where there is no head; `skin` (rows,
    columns) true where the face mesh (not the skull) is what is seen; `sights` (rows, columns,
    3) float32, the cells' directions from the camera, z = 1.
    """

    left: float
    top: float
    step: float
    depth: Map
    skin: NDArray[np.bool_]
    sights: Map

    @cached_property
    def skin_points(self) -> Map:
        """What the cells see of the skin, (rows, columns, 3) float32 mm from the camera.

        Elsewhere, points at the skin's mean depth, so that nothing jumps at its edge.
        """
        depth = np.where(self.skin, self.depth, self.depth[self.skin].mean())
        return self.sights * np.asarray(depth, dtype=np.float32)[..., None]

    @cached_property
    def skin_inside(self) -> Map:
        """How far inside the skin's edge a cell is, (rows, columns) float32: 0 outside, to 1."""
        edge = cv2.GaussianBlur(self.skin.astype(np.float32), (0, 0), 1.0)
        return np.asarray(np.minimum(1, edge * np.float32(1.2)) * self.skin, np.float32)

    def halved(self) -> "Raster":
        """Return every other cell, for what is soft anyhow."""
        shift = self.step / 2  # the first cell keeps its centre
        return Raster(
            left=self.left - shift,
            top=self.top - shift,
            step=2 * self.step,
            depth=self.depth[::2, ::2],
            skin=self.skin[::2, ::2],
            sights=np.ascontiguousarray(self.sights[::2, ::2]),
        )

    def under(self, box: Box) -> tuple["Raster", Slices]:
        """Return the cells that `lift` needs for `box`, and where they lie, (rows, columns)."""
        left, top, right, bottom = box
        rows, columns = self.depth.shape
        across = self._reach(left - self.left, right - self.left, columns)
        down = self._reach(top - self.top, bottom - self.top, rows)
        part = replace(
            self,
            left=self.left + across.start * self.step,
            top=self.top + down.start * self.step,
            depth=self.depth[down, across],
            skin=self.skin[down, across],
            sights=self.sights[down, across],
        )
        return part, (down, across)

    def _reach(self, low: float, high: float, cells: int) -> slice:
        """Return the cells between which pixels from `low` to before `high` lie, one at least."""
        first = min(max(int(np.floor(low / self.step)) - 1, 0), cells - 1)
        return slice(first, min(max(int(np.ceil(high / self.step)) + 1, first + 1), cells))

    def rays(self, pose: Pose) -> Rays:
        """Return the rays through the cells in the coordinates of a body posed by `pose`."""
        turn = pose.rotation.astype(np.float32)
        return Rays(-turn.T @ pose.translation.astype(np.float32), self.sights @ turn)

    def lift(self, values: Map, box: Box, outside: float) -> Map:
        """Return values (rows, columns) at each photo pixel of `box`, between cells linearly."""
        left, top, right, bottom = box
        return self.lift_at(values, (left, top), 1, (right - left, bottom - top), outside)

    def lift_at(
        self,
        values: Map,
        first: tuple[float, float],
        apart: float,
        size: tuple[int, int],
        outside: float,
    ) -> Map:
        """Return values at `size` (columns, rows) photo pixels, `apart` from (x, y) `first` on."""
        k = 1 / self.step
        shift = [(first[0] + 0.5 - self.left) * k - 0.5, (first[1] + 0.5 - self.top) * k - 0.5]
        to_cells = np.array([[k * apart, 0, shift[0]], [0, k * apart, shift[1]]])
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        lifted = cv2.warpAffine(values, to_cells, size, flags=flags, borderValue=outside)
        return np.asarray(lifted, dtype=np.float32)

    def share_before(self, depth: Floats, bias: float, soft: float) -> Map:
        """Return how much of a surface at `depth` (rows, columns) the head leaves to be seen.

        A surface up to `bias` mm behind the skin still counts as before it; the change takes
        `soft` mm.
        """
        share = np.clip(0.5 + (self.depth + (bias - depth)) / soft, 0, 1)
        return np.asarray(share, dtype=np.float32)


def rasterise(camera: Camera, head: Head) -> Raster:
    """Return the head's depth about the face."""
    posed = head.pose.apply(head.mesh[:468])
    pixels = camera.project(posed)
    left, top, right, bottom = extent(camera, head)
    px_per_mm = camera.focal / float(np.median(posed[:, 2]))
    step = max(CELL_MM * px_per_mm, (right - left) / MOST_CELLS, (bottom - top) / MOST_CELLS)
    shape = int(np.ceil((bottom - top) / step)), int(np.ceil((right - left) / step))
    cells = (pixels - [left - 0.5, top - 0.5]) / step - 0.5
    face = _fill(cells, posed[:, 2], shape)
    sights = _sights(camera, (left, top, step), shape)
    skull = _skull(head, sights)
    skin = (face < NOTHING) & (face <= skull + 15)
    return Raster(left, top, step, np.minimum(face, skull), skin, sights)


def _sights(camera: Camera, grid: tuple[float, float, float], shape: tuple[int, int]) -> Map:
    """Return `Raster.sights` for cells at (left, top, step), `shape` (rows, columns)."""
    left, top, step = grid
    (rows, columns), (x, y) = shape, camera.centre
    across = (left + (np.arange(columns) + 0.5) * step - 0.5 - x) / camera.focal
    down = (top + (np.arange(rows) + 0.5) * step - 0.5 - y) / camera.focal
    sights = np.ones((rows, columns, 3), dtype=np.float32)
    sights[..., 0], sights[..., 1] = across, down[:, None]
    return sights


def extent(camera: Camera, head: Head) -> Box:
    """Return the box of photo pixels that holds the face down to the cheeks and both ears."""
    pixels = camera.project(head.pose.apply(head.mesh[:468]))
    low = head.mesh[:468, 1] < LOWEST_Y
    sides = head.mesh[list(TEMPLE_SIDES)]
    ears = np.array([[x * 1.12, y + dy, z + EARS_Z] for x, y, z in sides for dy in (-35.0, 25.0)])
    seen = np.concatenate([pixels[low], camera.project(head.pose.apply(ears))])
    px_per_mm = camera.focal / head.pose.translation[2]
    return around(seen, 8 * float(px_per_mm))


def _fill(cells: Floats, depth: Floats, shape: tuple[int, int]) -> Map:
    """Return the nearest depth of the mesh's triangles in each cell of `shape` (rows, columns).

    Triangles are taken in classes of like size, each class at once: every cell of each
    bounding box is tried, and those inside are written.
    """
    corners = cells[mean_head().triangles]  # (n, 3, 2)
    depths = depth[mean_head().triangles]  # (n, 3)
    first = np.ceil(corners.min(axis=1)).astype(np.int64)
    extent = (np.floor(corners.max(axis=1)) - first).max(axis=1) + 1
    filled = np.full(shape, NOTHING, dtype=np.float32)
    smaller = 0
    for size in SIZES:
        chosen = (extent > smaller) & (extent <= size)
        if chosen.any():
            _fill_class(filled, corners[chosen], depths[chosen], first[chosen], size)
        smaller = size
    return filled


def _fill_class(
    filled: Map, corners: Floats, depths: Floats, first: NDArray[np.int64], size: int
) -> None:
    """Write triangles whose bounding boxes have at most `size` cells a side.

    A point's shares of the corners b and c, and its depth, grow evenly over a triangle: three
    numbers a triangle each, times (1, columns, rows) from its box's first cell.
    """
    edge_b, edge_c = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    area = edge_b[:, 0] * edge_c[:, 1] - edge_b[:, 1] * edge_c[:, 0]
    area = np.where(np.abs(area) < 1e-9, 1e-9, area)
    start = first - corners[:, 0]
    b = np.column_stack([_cross(start, edge_c), edge_c[:, 1], -edge_c[:, 0]]) / area[:, None]
    c = np.column_stack([_cross(edge_b, start), -edge_b[:, 1], edge_b[:, 0]]) / area[:, None]
    z = b * (depths[:, 1:2] - depths[:, :1]) + c * (depths[:, 2:] - depths[:, :1])
    z[:, 0] += depths[:, 0]
    step_y, step_x = np.divmod(np.arange(size * size), size)
    steps = np.stack([np.ones_like(step_x), step_x, step_y]).astype(np.float32)
    share_b, share_c = b.astype(np.float32) @ steps, c.astype(np.float32) @ steps
    inside = np.minimum(share_b, share_c) >= 0
    inside &= share_b + share_c <= 1
    which, step = np.nonzero(inside)
    x, y = first[which, 0] + step_x[step], first[which, 1] + step_y[step]
    rows, columns = filled.shape
    kept = (x >= 0) & (x < columns) & (y >= 0) & (y < rows)
    depth = np.einsum("ij,ij->i", z[which], steps.T[step])
    np.minimum.at(filled.ravel(), (y * columns + x)[kept], depth[kept].astype(np.float32))


def _cross(a: Floats, b: Floats) -> Floats:
    """Return the cross products (n,) of plane vectors (n, 2)."""
    return a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]


def _skull(head: Head, sights: Map) -> Map:
    """Return the depth of the skull's ellipsoid along `sights` (rows, columns, 3)."""
    right, left = head.mesh[list(TEMPLE_SIDES)]
    half = np.array([(left[0] - right[0]) / 2 + SKULL_HALF[0], *SKULL_HALF[1:]])
    middle = (left + right) / 2 + np.array([0, SKULL_Y, SKULL_Z])
    turn = head.pose.rotation
    along = sights @ (turn / half).astype(np.float32)
    start = (-turn.T @ head.pose.translation - middle) / half
    a = np.einsum("...i,...i", along, along)
    # The root is of a difference of large numbers: double precision.
    b = (along @ start.astype(np.float32)).astype(np.float64)
    reach = b * b - a * (start @ start - 1)
    depth = (-b - np.sqrt(np.maximum(reach, 0))) / a
    return np.where(reach > 0, depth, NOTHING).astype(np.float32)
