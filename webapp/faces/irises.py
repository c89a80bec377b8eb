"""Irises measured on the photo itself, at its full resolution.

The landmark network sees an iris ten pixels wide whatever the photo's size. Here the edge
between iris and white is sought in the photo, left and right of the pupil where lids seldom
cover it: a circle is searched whose rim is crossed from dark to light (Daugman's operator,
1993), then fitted to edge points by least squares with a robust loss. Where no clear edge is
found, the network's landmarks stay.
"""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from webapp.faces.crops import apply, crop_matrix, inverse, warp_crop

Floats = NDArray[np.float64]

MIN_DIAMETER = 14.0  # photo px; a smaller iris holds no more than the network's crop showed
RADIUS = 20.0  # patch px, an iris's radius in the patch: a twentieth of it is one pixel
SIDE = 112  # patch px, 2.8 iris diameters: an eye's opening
MOST_CHANGE = 0.15  # of the radius
MOST_SHIFT = (0.4, 0.2)  # of the radius, along and across the eye line
# From no trust to full: a threshold would let the PD jump from one take of a face to the next.
STEP = (0.035, 0.075)  # of the patch's bright level, the rise from iris to white
RESIDUAL = (0.06, 0.04)  # of the radius, rms of the edge points about the circle
ENOUGH = 0.4  # of the product of these three
STRETCH = ((0.5, 0.42), (0.4, 0.25), (0.18, 0.13))  # of the radius: change of x, y, radius
POINTS = (2.0, 5.0)  # on the side that has fewer, of 13
PLACED = 0.15  # a rim less clear than it must be to be measured still tells the centre
LONE = 0.5  # how far one eye is trusted for both
FEWEST = 4  # samples of a side; the search takes a side of which less is seen for as many
UNEQUAL = (0.12, 0.05)  # log ratio of one person's irises; good ones differ by 3 %
MIDDLE = (SIDE - 1) / 2
CROSS = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, -1.0], [-1.0, 0.0], [0.0, 1.0]])  # centre, rim
EYES = (  # iris centre, its rim (picture right, top, left, bottom), the eye's opening
    (
        468,
        (469, 470, 471, 472),
        (33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7),
    ),
    (
        473,
        (474, 475, 476, 477),
        (263, 466, 388, 387, 386, 385, 384, 398, 362, 382, 381, 380, 374, 373, 390, 249),
    ),
)
ARC = np.radians(np.linspace(-45, 45, 13))  # from the eye line; beyond it the lids begin
ANGLES = np.concatenate([ARC, np.pi - ARC])
RIGHT = np.arange(len(ANGLES)) < len(ARC)  # the arc on the picture's right, then the left one
ALONG = np.stack([np.cos(ANGLES), np.sin(ANGLES)], 1)
SLOPE = np.column_stack([ALONG, np.ones(len(ANGLES))])
ROUNDS = 3
REACH = np.arange(-6.0, 6.01, 0.5)  # patch px about the radius, where an edge point is sought
WINDOW = 3.0  # patch px, deviation of the window that favours edges near the circle
FAVOUR = np.exp(-0.5 * (REACH / WINDOW) ** 2)
OUTWARDS = REACH[None, :, None] * ALONG[:, None]  # along each ray, from the rim
RISE = np.r_[np.full(6, -1.0), np.zeros(len(REACH) - 12), np.full(6, 1.0)] / 6  # far end less near
BLUR = 1.0  # patch px
KNEE = 0.8  # patch px; an edge point further off pulls less and less (Geman and McClure)
# The network's own errors, in iris radii: how firmly the fit holds to where it started.
START_SIGMA = np.array([0.3, 0.1, 0.1])  # x, y, radius
POINT_SIGMA = 0.06  # an edge point's, in radii; neighbours err together


@dataclass(frozen=True)
class Limbus:
    """An iris's edge in the patch: centre and radius, patch px; 0 to 1, how clear it is."""

    x: float
    y: float
    radius: float
    clear: float = 0.0

    @property
    def shift(self) -> Floats:
        """(2,) patch px, the centre's way from the patch's middle."""
        return np.array([self.x - MIDDLE, self.y - MIDDLE])


NOTHING = Limbus(MIDDLE, MIDDLE, RADIUS)


def refine(photo: NDArray[np.uint8], landmarks: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return the landmarks with each iris moved to its edge in the photo, where that is clear.

    A refined rim is a circle: its four points are equally far from the centre, and the first
    and third lie along the eye line; `webapp.fitting.scale` trusts round rims more. One
    person's irises are equal and move together: where one alone is clear, the other is shifted
    and resized alike; where both are clear but differ, neither is believed. What is half clear is
    half moved.

    Args:
        photo: (H, W, 3) uint8 RGB.
        landmarks: (478, 3), x (right) and y (down) in its pixels; not changed.
    """
    refined = landmarks.copy()
    seen = landmarks[:, :2].astype(np.float64)
    if not np.isfinite(seen).all():
        return refined
    matrices = [eye_matrix(seen, centre, rim) for centre, rim, _ in EYES]
    if min(RADIUS / np.hypot(*matrix[0, :2]) for matrix in matrices) < MIN_DIAMETER / 2:
        return refined
    found = [
        limbus(warp_crop(photo, matrix, SIDE), apply(matrix, seen[list(opening)]))
        for matrix, (_, _, opening) in zip(matrices, EYES, strict=True)
    ]
    growth, trust = shared_growth(found)
    if trust == 0:
        return refined
    for eye, (matrix, (centre, rim, _)) in enumerate(zip(matrices, EYES, strict=True)):
        iris = [centre, *rim]
        own, other = found[eye], found[1 - eye]
        sure = ramp(own.clear, 0, PLACED)
        shift = sure * own.shift + (1 - sure) * other.clear * other.shift
        shape = apply(matrix, seen[iris]) - MIDDLE
        shape = growth * (trust * CROSS * RADIUS + (1 - trust) * shape)
        refined[iris, :2] = apply(inverse(matrix), shape + MIDDLE + shift * trust)
    return refined


def shared_growth(found: list[Limbus]) -> tuple[float, float]:
    """Return by what factor both irises are resized, and 0 to 1, how far that is trusted."""
    clear = np.array([limbus.clear for limbus in found])
    if clear.max() == 0:
        return 1.0, 0.0
    grown = np.log([limbus.radius / RADIUS for limbus in found])
    alike = ramp(abs(float(grown[0] - grown[1])), *UNEQUAL)
    both = float(clear.min() / clear.max())
    trust = float(clear.max()) * (both * alike + (1 - both) * LONE)
    growth = float(np.exp(trust * (clear @ grown) / clear.sum()))
    return min(max(growth, 1 - MOST_CHANGE), 1 + MOST_CHANGE), trust


def ramp(value: float, none: float, full: float) -> float:
    """Return 0 to 1, linearly as `value` goes from `none` to `full`."""
    return min(max((value - none) / (full - none), 0.0), 1.0)


def eye_matrix(seen: Floats, centre: int, rim: tuple[int, ...]) -> Floats:
    """Return the (2, 3) transform from photo to patch: eye line level, iris in the middle."""
    radius = float(np.linalg.norm(seen[rim[0]] - seen[rim[2]])) / 2
    line = seen[362] + seen[263] - seen[33] - seen[133]
    frame = np.array([*seen[centre], SIDE / RADIUS * radius, np.arctan2(line[1], line[0])])
    return crop_matrix(frame, SIDE, margin=1.0)


def limbus(patch: NDArray[np.uint8], opening: Floats) -> Limbus:
    """Return the iris in an eye's patch, and how clear its edge is.

    Args:
        patch: (SIDE, SIDE, 3) uint8 RGB, the eye line level, the iris expected in the
            middle with `RADIUS`.
        opening: (n, 2) the lids' outline, patch px.
    """
    raw = cv2.cvtColor(patch, cv2.COLOR_RGB2GRAY).astype(np.float32)
    grey = np.asarray(cv2.GaussianBlur(raw, (0, 0), BLUR), np.float32)
    seen = np.zeros(grey.shape, np.uint8)
    cv2.fillPoly(seen, [np.round(opening).astype(np.int32)], 1)
    if not seen.any():
        return NOTHING
    bright = float(np.percentile(grey[seen > 0], 95))
    # Lids' landmarks err by a pixel or two, and lashes shade the white below them.
    inner = np.asarray(cv2.erode(seen, np.ones((3, 3), np.uint8)), np.uint8)
    return fitted(grey, inner, searched(grey, inner), bright)


@lru_cache(maxsize=1)
def candidates() -> tuple[Floats, NDArray[np.int64], NDArray[np.int64], Floats]:
    """Return circles (n, 3) about the patch's middle, their rims' x and y, and prior weights."""
    x, y = (np.arange(-m * RADIUS, m * RADIUS + 0.1, 2.0) for m in MOST_SHIFT)
    r = np.linspace(1 - MOST_CHANGE, 1 + MOST_CHANGE, 9) * RADIUS
    off = np.stack(np.meshgrid(x, y, r, indexing="ij"), -1).reshape(-1, 3)
    rims = off[:, None, :2] + off[:, None, 2:] * ALONG + MIDDLE
    columns, rows = np.moveaxis(np.round(rims).astype(np.int64), 2, 0)
    away = (off - (0, 0, RADIUS)) / RADIUS / (START_SIGMA * 1.5)
    weight: Floats = np.exp(-0.5 * (away**2).sum(1))
    return off + np.array([MIDDLE, MIDDLE, 0]), columns, rows, weight


def searched(grey: NDArray[np.float32], seen: NDArray[np.uint8]) -> Floats:
    """Return the circle (x, y, radius) whose rim rises most from dark to light on both sides."""
    circles, columns, rows, weight = candidates()
    across = cv2.Sobel(grey, cv2.CV_32F, 1, 0, scale=1 / 8)
    down = cv2.Sobel(grey, cv2.CV_32F, 0, 1, scale=1 / 8)
    flat = rows * SIDE + columns
    inside = seen.ravel()[flat]
    rise = across.ravel()[flat] * ALONG[:, 0] + down.ravel()[flat] * ALONG[:, 1]
    rise = np.maximum(rise, 0) * inside
    sides = [
        rise[:, part].sum(1) / np.maximum(inside[:, part].sum(1), FEWEST)
        for part in (RIGHT, ~RIGHT)
    ]
    score = np.sqrt(sides[0] * sides[1]) * weight
    best: Floats = circles[int(score.argmax())]
    return best


def fitted(grey: NDArray[np.float32], seen: NDArray[np.uint8], at: Floats, bright: float) -> Limbus:
    """Return the circle through the edge points near the circle `at` (x, y, radius)."""
    start = np.array([MIDDLE, MIDDLE, RADIUS])
    hold = 1 / (START_SIGMA * RADIUS) ** 2
    for _ in range(ROUNDS):
        off, step, usable = edge_points(grey, seen, at)
        trust = np.where(usable, np.maximum(step, 0), 0) / (1 + (off / KNEE) ** 2) ** 2
        total = float(trust.sum())
        if total <= 0:
            return NOTHING
        trust *= min(1.0, float(usable.sum()) / total) / (POINT_SIGMA * RADIUS) ** 2
        normal = (SLOPE * trust[:, None]).T @ SLOPE + np.diag(hold)
        at = at + np.linalg.solve(normal, SLOPE.T @ (trust * off) + hold * (start - at))
    clear = clearness(*edge_points(grey, seen, at), bright)
    for change, limits in zip(np.abs(at - start) / RADIUS, STRETCH, strict=True):
        clear *= ramp(float(change), *limits)
    x, y, radius = (float(v) for v in at)
    return Limbus(x, y, radius, clear)


def clearness(off: Floats, step: Floats, usable: NDArray[np.bool_], bright: float) -> float:
    """Return 0 to 1, how clearly the edge points tell a circle."""
    near = usable & (np.abs(off) < 3 * KNEE) & (step > 0)
    fewer = min(near[RIGHT].sum(), near[~RIGHT].sum())
    if fewer == 0:
        return 0.0
    poorer = float(min(np.median(step[near & RIGHT]), np.median(step[near & ~RIGHT])))
    residual = float(np.sqrt(np.mean(np.minimum(np.abs(off[usable]), 4 * KNEE) ** 2))) / RADIUS
    product = ramp(float(fewer), *POINTS) * ramp(poorer / max(bright, 1.0), *STEP)
    return ramp(product * ramp(residual, *RESIDUAL), 0, ENOUGH)


def edge_points(
    grey: NDArray[np.float32], seen: NDArray[np.uint8], at: Floats
) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Return how far outside the circle each ray's edge lies, its rise, and which rays count.

    Args:
        at: (3,) the circle's x, y and radius.
    """
    rim = at[:2] + at[2] * ALONG
    x, y = ((rim[:, i, None] + OUTWARDS[..., i]).astype(np.float32) for i in (0, 1))
    profile = cv2.remap(grey, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    rise = np.zeros(profile.shape)
    rise[:, 1:-1] = profile[:, 2:] - profile[:, :-2]
    favoured = rise * FAVOUR
    peak = np.minimum(np.maximum(favoured.argmax(1), 1), len(REACH) - 2)
    ray = np.arange(len(peak))
    before, top, after = (favoured[ray, peak + k] for k in (-1, 0, 1))
    bend = before - 2 * top + after
    shift = np.where(bend < 0, 0.5 * (before - after) / np.minimum(bend, -1e-9), 0.0)
    off = REACH[peak] + np.minimum(np.maximum(shift, -1), 1) * (REACH[1] - REACH[0])
    column, row = np.minimum(np.maximum(np.rint(rim), 0), SIDE - 1).astype(np.intp).T
    usable = (seen[row, column] > 0) & (top > 0)
    return off, profile @ RISE, usable
