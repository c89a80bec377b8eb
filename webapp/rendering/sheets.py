"""Rays from the camera, and where they meet a frame's curved front.

Everything is in millimetres in the frame's coordinates (see `webapp.eyewear.frame`). Rays are
scaled so that their parameter is the depth from the camera: a ray's direction has z = 1 in
camera coordinates. Maps are smooth, so they are computed on a coarse grid of the photo's
pixels and enlarged.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from webapp.eyewear.frame import Eyewear
from webapp.fitting.scene import Camera, Floats, Pose

Map = NDArray[np.float32]
Reals = NDArray[np.floating]
Slices = tuple[slice, slice]
Box = tuple[int, int, int, int]  # left, top, right, bottom in photo pixels, the last two excluded

MEETINGS = 2  # Newton's steps: at 35 degrees of turn 0.01 mm is left, 0.2 with a wrap of 12
BEND = 5.0  # mm to either side of the bridge's middle over which the two halves' turn is rounded
REACH_Y = 34.0  # mm; above and below, the front is no higher than this, so it curves no further
LEAST_FACING = 0.15  # a ray that meets the front at a flatter angle is bent up to this


def fitted(box: Box, size: tuple[int, int]) -> Box:
    """Return the part of `box` inside a picture of `size` (width, height); may be empty."""
    return shared(box, (0, 0, *size))


def around(pixels: Floats, margin: float) -> Box:
    """Return the box about pixel positions (n, 2), `margin` pixels wider on every side."""
    low = np.floor(pixels.min(axis=0) - margin)
    high = np.ceil(pixels.max(axis=0) + margin) + 1
    return int(low[0]), int(low[1]), int(high[0]), int(high[1])


def shared(box: Box, outer: Box) -> Box:
    """Return the part of `box` inside `outer`; may be empty."""
    left, top, right, bottom = outer
    across = min(max(box[0], left), right), min(max(box[2], left), right)
    downwards = min(max(box[1], top), bottom), min(max(box[3], top), bottom)
    return across[0], downwards[0], across[1], downwards[1]


def empty(box: Box) -> bool:
    """Tell whether a box holds no pixel."""
    return box[2] <= box[0] or box[3] <= box[1]


@dataclass(frozen=True)
class Grid:
    """Every `step`-th pixel position of a box, one cell more on every side."""

    box: Box
    step: int

    @property
    def shape(self) -> tuple[int, int]:
        """The box's (height, width), pixels."""
        return self.box[3] - self.box[1], self.box[2] - self.box[0]

    def axes(self) -> tuple[Floats, Floats]:
        """Return the cells' centres along x (columns,) and y (rows,), photo pixels."""
        left, top = self.box[:2]
        rows, columns = (np.arange(-1, count + 1) for count in self._cells())
        middle = (self.step - 1) / 2
        x, y = columns * self.step + left + middle, rows * self.step + top + middle
        return np.asarray(x, np.float64), np.asarray(y, np.float64)

    def positions(self) -> Floats:
        """Return the cells' centres (rows, columns, 2) as (x, y) photo pixels."""
        return np.dstack(np.meshgrid(*self.axes()))

    def tiles(self, wide: int, high: int) -> Iterator[tuple["Grid", Slices]]:
        """Yield grids of about `wide` x `high` pixels that make up the box, left to right.

        With each comes where its positions lie among this grid's, as (rows, columns).
        """
        left, top, right, bottom = self.box
        across, down = max(1, wide // self.step), max(1, high // self.step)
        for row in range(0, -(-(bottom - top) // self.step), down):
            for column in range(0, -(-(right - left) // self.step), across):
                x, y = left + column * self.step, top + row * self.step
                far_x, far_y = x + across * self.step, y + down * self.step
                part = Grid((x, y, min(far_x, right), min(far_y, bottom)), self.step)
                rows, columns = part._cells()
                yield part, (slice(row, row + rows + 2), slice(column, column + columns + 2))

    def part(self, wanted: NDArray[np.bool_]) -> tuple["Grid", Slices, Slices] | None:
        """Return the grid of the `wanted` positions (rows, columns), and one cell about them.

        With it come where its positions lie among this grid's, and its pixels among the box's,
        as (rows, columns); None where nothing is wanted.
        """
        left, top, right, bottom = self.box
        near = wanted[:-2] | wanted[1:-1] | wanted[2:]
        near = near[:, :-2] | near[:, 1:-1] | near[:, 2:]  # (rows, columns) of cells
        rows, columns = (np.flatnonzero(near.any(axis=axis)) for axis in (1, 0))
        if not rows.size:
            return None
        row, column, down, across = (int(at) for at in (rows[0], columns[0], rows[-1], columns[-1]))
        x, y = column * self.step, row * self.step
        far_x = min((across + 1) * self.step, right - left)
        far_y = min((down + 1) * self.step, bottom - top)
        grid = Grid((left + x, top + y, left + far_x, top + far_y), self.step)
        cells = slice(row, down + 3), slice(column, across + 3)
        return grid, cells, (slice(y, far_y), slice(x, far_x))

    def _cells(self) -> tuple[int, int]:
        left, top, right, bottom = self.box
        return -(-(bottom - top) // self.step), -(-(right - left) // self.step)

    def enlarge(self, values: Floats) -> Map:
        """Return values (rows, columns[, c]) at each of the box's pixels, float32."""
        rows, columns = values.shape[:2]
        left, top, right, bottom = self.box
        step = self.step
        full = np.asarray(values, dtype=np.float32)
        if step > 1:
            size = (columns * step, rows * step)
            full = np.asarray(cv2.resize(full, size, interpolation=cv2.INTER_LINEAR), np.float32)
        return full[step : step + bottom - top, step : step + right - left]


@dataclass(frozen=True)
class Rays:
    """Rays from the camera's `origin` (3,) along `directions` (..., 3), in a body's coordinates."""

    origin: NDArray[np.floating]
    directions: NDArray[np.floating]

    def single(self) -> "Rays":
        """Return the rays in single precision: some 0.0001 mm at a face's distance."""
        return Rays(self.origin.astype(np.float32), self.directions.astype(np.float32))


def rays(camera: Camera, pose: Pose, pixels: Floats) -> Rays:
    """Return the rays through `pixels` (..., 2) in the coordinates of a body posed by `pose`."""
    slopes = (pixels - np.asarray(camera.centre)) / camera.focal
    in_camera = np.concatenate([slopes, np.ones((*slopes.shape[:-1], 1))], axis=-1)
    return Rays(-pose.rotation.T @ pose.translation, in_camera @ pose.rotation)


@dataclass(frozen=True)
class Front:
    """A frame's front surface as a height z over (x, y): two halves turned back, both curved.

    `slope`: tangent of each half's turn; `curvature`: 1 / radius, per mm; `half`: from the
    bridge's middle to a lens's centre, mm; `reach`: half the front's width, mm.
    """

    slope: float
    curvature: float
    half: float
    reach: float

    def rise(self, x: Reals, y: Reals) -> Floats:
        """Return z at (x, y): 0 at the boxing centre, larger is nearer to the face.

        Each lens is a cap of a sphere whose chord is the turned half, as a lens glazed into a
        wrapped front is; the turn is rounded at the bridge.
        """
        return self._height(x, y)[0]

    def _height(self, x: Reals, y: Reals) -> tuple[Floats, Floats]:
        """Return z at (x, y), and the root that rounds the turn at the bridge.

        With out = root - BEND from the bridge, z = slope * out
        + curvature / 2 * ((out - half) ** 2 - half ** 2 + y ** 2), multiplied out.
        """
        across = np.minimum(np.square(x), self.reach**2)
        root = np.sqrt(across + BEND**2)
        across += np.minimum(np.square(y), REACH_Y**2)
        across *= self.curvature / 2
        across += self._turn * root
        across += self.curvature * BEND**2 - BEND * (self.slope - self.curvature * self.half)
        return across, root

    @property
    def _turn(self) -> float:
        """What the root that rounds the turn is multiplied by in the sheet's height."""
        return self.slope - self.curvature * (self.half + BEND)

    def meet(self, sight: Rays, behind: float = 0.0) -> tuple[Floats, Floats, Floats]:
        """Return x, y (mm) and depth where rays meet the sheet `behind` mm behind the front.

        By Newton's steps along each ray.
        """
        start_x, start_y, start_z = (sight.origin[..., at] for at in range(3))
        # Every third number of an array is slow to read, five times over.
        run_x, run_y, facing = (np.ascontiguousarray(sight.directions[..., at]) for at in range(3))
        facing = np.where(np.abs(facing) < LEAST_FACING, facing.dtype.type(LEAST_FACING), facing)
        run_x, run_y = run_x / facing, run_y / facing
        gone: Floats = np.broadcast_to(behind - start_z, facing.shape)  # mm along z
        for _ in range(MEETINGS):
            x, y = start_x + gone * run_x, start_y + gone * run_y
            z, root = self._height(x, y)
            slant = self._turn / root
            slant += self.curvature
            slant *= x
            slant *= np.abs(x) < self.reach
            slant *= run_x
            slant += self.curvature * np.clip(y, -REACH_Y, REACH_Y) * run_y
            z += behind - start_z
            z -= gone
            z /= np.maximum(1 - slant, LEAST_FACING)
            z += gone
            gone = z
        return start_x + gone * run_x, start_y + gone * run_y, gone / facing

    def normals(self, x: Floats, y: Floats) -> Floats:
        """Return unit normals (..., 3) at (x, y), towards the onlooker, of the lenses' caps."""
        run = np.sqrt(x**2 + BEND**2)
        slant = (self.slope + self.curvature * (run - BEND - self.half)) * x / run
        rise = self.curvature * y
        normal = np.empty((*x.shape, 3), x.dtype)
        normal[..., 2] = -1 / np.sqrt(slant * slant + rise * rise + 1)
        normal[..., 0], normal[..., 1] = slant, rise
        normal[..., :2] *= -normal[..., 2:]
        return normal


def front_of(eyewear: Eyewear) -> Front:
    """Return the curved sheet on which a frame's front lies."""
    build, marks = eyewear.build, eyewear.marks
    return Front(
        slope=math.tan(math.radians(build.wrap)),
        curvature=build.base_curve / 530,
        half=marks.lens_centres / 2,
        reach=marks.width / 2 + 4,
    )
