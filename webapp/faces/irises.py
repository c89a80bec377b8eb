"""Irises measured on the photo itself, at its full resolution.

The landmark network sees an iris ten pixels wide whatever the photo's size. Here the edge
between iris and white is sought in the photo, left and right of the pupil where lids seldom
cover it: a circle is searched whose rim is crossed from dark to light (Daugman's operator,
1993), then fitted to edge points by least squares with a robust loss. Where no clear edge is
found, the network's landmarks stay.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from statistics import median
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from webapp.faces.crops import Photo, apply, crop_matrix, inverse, warp_crop

Floats = NDArray[np.float64]

MIN_DIAMETER = 14.0  # photo px; a smaller iris holds no more than the network's crop showed
RADIUS = 20.0  # patch px, an iris's radius in the patch: a twentieth of it is one pixel
SIDE, HIGH = 112, 72  # patch px, width and height: an eye's opening, 2.8 by 1.8 iris diameters
MOST_CHANGE = 0.15  # of the radius
MOST_SHIFT = (0.4, 0.2)  # of the radius, along and across the eye line
# From no trust to full, each as slowly as what it measures varies from one take of a face to the
# next: by a threshold, or a steep way, the PD would jump between takes.
STEP = (0.02, 0.1)  # of the patch's bright level, the rise from iris to white
RESIDUAL = (0.08, 0.03)  # of the radius, rms of the edge points about the circle
POINTS = (0.0, 10.0)  # on the side that has fewer, of 13
STRETCH = ((0.5, 0.42), (0.4, 0.25), (0.18, 0.13))  # of the radius: change of x, y, radius
PLACED = 0.15  # a rim less clear than it must be to be measured still tells the centre
LONE = 0.5  # how far one eye is trusted for both
FEWEST = 2  # samples of a side; the search takes a side of which less is seen for as many
UNEQUAL = (0.12, 0.05)  # log ratio of one person's irises; good ones differ by 3 %
MIDDLE = np.array([(SIDE - 1) / 2, (HIGH - 1) / 2])
BELOW = np.array([[0.0], [HIGH]])  # patch px, how far each eye's patch is down in the pair of them
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
ANGLES = np.concatenate([ARC, np.pi - ARC])  # the arc on the picture's right, then the left one
SEARCHED = slice(None, None, 2)  # of each arc's rays, those that the search looks along
ALONG = np.stack([np.cos(ANGLES), np.sin(ANGLES)], 1)
SLOPE = np.column_stack([ALONG, np.ones(len(ANGLES))])
ROUNDS = 3
REACH = np.arange(-6.0, 6.01, 0.5)  # patch px about the radius, where an edge point is sought
WINDOW = 3.0  # patch px, deviation of the window that favours edges near the circle
FAVOUR = np.exp(-0.5 * (REACH / WINDOW) ** 2).astype(np.float32)
OUTWARDS = np.tile(REACH[None, :, None] * ALONG[:, None], (2, 1, 1)).astype(np.float32)
RISE = np.r_[np.full(6, -1.0), np.zeros(len(REACH) - 12), np.full(6, 1.0)].astype(np.float32) / 6
FIRST = np.arange(2 * len(ANGLES)) * len(REACH)  # of each ray's places among those of all
NEXT = np.array([[-1], [0], [1]])
LAST = np.array([SIDE - 1, 2 * HIGH - 1])  # column and row
WITHIN: Any = None  # no second map: the first holds x and y
LASHES = np.ones((3, 3), np.uint8)
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
        return np.array([self.x, self.y]) - MIDDLE


def refine(photo: Photo, landmarks: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return the landmarks with each iris moved to its edge in the photo, where that is clear.

    A refined rim is a circle: its four points are equally far from the centre, and the first
    and third lie along the eye line; `webapp.fitting.scale` trusts round rims more. One
    person's irises are equal and move together: where one alone is clear, the other is shifted
    and resized alike; where both are clear but differ, neither is believed. What is half clear is
    half moved.

    Args:
        photo: (H, W, 3) uint8 RGB, or a pyramid of one.
        landmarks: (478, 3), x (right) and y (down) in its pixels; not changed.
    """
    refined = landmarks.copy()
    seen = landmarks[:, :2].astype(np.float64)
    if not np.isfinite(seen).all():
        return refined
    matrices = [eye_matrix(seen, centre, rim) for centre, rim, _ in EYES]
    if min(RADIUS / math.hypot(*matrix[0, :2]) for matrix in matrices) < MIN_DIAMETER / 2:
        return refined
    patches = np.concatenate([warp_crop(photo, matrix, SIDE, HIGH) for matrix in matrices])
    openings = [
        apply(matrix, seen[list(opening)])
        for matrix, (_, _, opening) in zip(matrices, EYES, strict=True)
    ]
    found = limbi(patches, openings)
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
    poorer, clearer = sorted(limbus.clear for limbus in found)
    if clearer == 0:
        return 1.0, 0.0
    one, other = (math.log(limbus.radius / RADIUS) for limbus in found)
    alike = ramp(abs(one - other), *UNEQUAL)
    both = poorer / clearer
    trust = clearer * (both * alike + (1 - both) * LONE)
    mean = (found[0].clear * one + found[1].clear * other) / (poorer + clearer)
    growth = math.exp(trust * mean)
    return min(max(growth, 1 - MOST_CHANGE), 1 + MOST_CHANGE), trust


def ramp(value: float, none: float, full: float) -> float:
    """Return 0 to 1, linearly as `value` goes from `none` to `full`."""
    return min(max((value - none) / (full - none), 0.0), 1.0)


def eye_matrix(seen: Floats, centre: int, rim: tuple[int, ...]) -> Floats:
    """Return the (2, 3) transform from photo to patch: eye line level, iris in the middle."""
    width = math.hypot(*(seen[rim[0]] - seen[rim[2]]))
    line = seen[362] + seen[263] - seen[33] - seen[133]
    frame = np.array([*seen[centre], SIDE / RADIUS * width / 2, math.atan2(line[1], line[0])])
    matrix = crop_matrix(frame, SIDE, margin=1.0)
    matrix[1, 2] += MIDDLE[1] - MIDDLE[0]
    return matrix


def limbi(patches: NDArray[np.uint8], openings: list[Floats]) -> list[Limbus]:
    """Return the iris in each eye's patch, and how clear its edge is.

    Both eyes go through each step together: the steps are small, and calling one costs more
    than what it computes.

    Args:
        patches: (2 * HIGH, SIDE, 3) uint8 RGB, the two patches one below the other, the eye line
            level, the iris expected in the middle with `RADIUS`.
        openings: each eye's lids, (n, 2) their outline, px of its own patch.
    """
    raw = cv2.cvtColor(patches, cv2.COLOR_RGB2GRAY).astype(np.float32)
    grey = np.asarray(cv2.GaussianBlur(raw, (0, 0), BLUR), np.float32)
    seen = np.zeros(grey.shape, np.uint8)
    bright = []
    for opening, own, light in zip(openings, halves(seen), halves(grey), strict=True):
        cv2.fillPoly(own, [np.rint(opening).astype(np.int32)], 1)
        bright.append(brightest(light[own > 0]))
    # Lids' landmarks err by a pixel or two, and lashes shade the white below them.
    inner = np.asarray(cv2.erode(seen, LASHES), np.uint8)
    return fitted(grey, inner, searched(grey, inner), bright)


def halves(pair: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return each eye's part of the two patches, as views."""
    return pair[:HIGH], pair[HIGH:]


def brightest(levels: NDArray[np.float32]) -> float:
    """Return the level that a twentieth of the pixels outshine; one at least."""
    if not levels.size:
        return 1.0
    rank = int(0.95 * (levels.size - 1))
    return max(float(np.partition(levels, rank)[rank]), 1.0)


@lru_cache(maxsize=1)
def candidates() -> tuple[Floats, NDArray[np.int64], NDArray[np.float32]]:
    """Return circles (n, 3) about the patch's middle, their rims' pixels, and prior weights.

    The pixels (n, rays) are counted along the patch's rows.
    """
    x, y = (np.arange(-m * RADIUS, m * RADIUS + 0.1, 2.0) for m in MOST_SHIFT)
    r = np.linspace(1 - MOST_CHANGE, 1 + MOST_CHANGE, 9) * RADIUS
    off = np.stack(np.meshgrid(x, y, r, indexing="ij"), -1).reshape(-1, 3)
    rims = off[:, None, :2] + off[:, None, 2:] * rays_searched() + MIDDLE
    columns, rows = np.moveaxis(np.round(rims).astype(np.int64), 2, 0)
    away = (off - (0, 0, RADIUS)) / RADIUS / (START_SIGMA * 1.5)
    weight = np.exp(-0.5 * (away**2).sum(1)).astype(np.float32)
    return off + np.array([*MIDDLE, 0]), rows * SIDE + columns, weight


def rays_searched() -> Floats:
    """Return the directions (rays, 2) of the rays that the search looks along, arc after arc."""
    return np.concatenate([arc[SEARCHED] for arc in np.split(ALONG, 2)])


def searched(grey: NDArray[np.float32], seen: NDArray[np.uint8]) -> Floats:
    """Return each eye's circle (x, y, radius) whose rim rises most from dark to light, (2, 3)."""
    circles, pixels, weight = candidates()
    across = cv2.Sobel(grey, cv2.CV_32F, 1, 0, scale=1 / 8)
    down = cv2.Sobel(grey, cv2.CV_32F, 0, 1, scale=1 / 8)
    told = cv2.merge([across, down, seen.astype(np.float32)]).reshape(2, -1, 3)
    told = told.take(pixels, axis=1)  # (2, n, rays, 3)
    x, y = rays_searched().astype(np.float32).T
    inside = told[..., 2]
    rise = np.maximum(told[..., 0] * x + told[..., 1] * y, 0) * inside
    sides = np.repeat(np.eye(2, dtype=np.float32), len(x) // 2, axis=0)
    each = (rise @ sides) / np.maximum(inside @ sides, FEWEST)
    score = np.sqrt(each[..., 0] * each[..., 1]) * weight
    best: Floats = circles[score.argmax(1)]
    return best


def fitted(
    grey: NDArray[np.float32], seen: NDArray[np.uint8], at: Floats, bright: list[float]
) -> list[Limbus]:
    """Return each eye's circle through the edge points near the circle `at` (x, y, radius)."""
    start = np.array([*MIDDLE, RADIUS])
    hold = 1 / (START_SIGMA * RADIUS) ** 2
    firmly = np.diag(hold)
    for _ in range(ROUNDS):
        off, step, usable = edge_points(grey, seen, at)
        trust = usable * np.maximum(step, 0) / (1 + (off / KNEE) ** 2) ** 2
        total = np.maximum(trust.sum(1), 1e-9)
        share = np.minimum(1.0, usable.sum(1) / total) / (POINT_SIGMA * RADIUS) ** 2
        trust *= share[:, None]
        normal = (SLOPE.T * trust[:, None]) @ SLOPE + firmly
        pull = (trust * off) @ SLOPE + hold * (start - at)
        at = at + np.linalg.solve(normal, pull[..., None])[..., 0]
    told = zip(at.tolist(), *edge_points(grey, seen, at), bright, strict=True)
    return [measured(circle, *edge) for circle, *edge in told]


def measured(
    circle: list[float], off: Floats, step: Floats, usable: NDArray[np.bool_], bright: float
) -> Limbus:
    """Return a fitted circle (x, y, radius) with how clear it is."""
    clear = clearness(off, step, usable, bright)
    for now, began, limits in zip(circle, (*MIDDLE, RADIUS), STRETCH, strict=True):
        clear *= ramp(abs(now - began) / RADIUS, *limits)
    x, y, radius = circle
    return Limbus(x, y, radius, clear)


def clearness(off: Floats, step: Floats, usable: NDArray[np.bool_], bright: float) -> float:
    """Return 0 to 1, how clearly the edge points tell a circle."""
    far = np.abs(off)
    near = usable & (far < 3 * KNEE) & (step > 0)
    sides = [
        rise[has].tolist() for rise, has in zip(np.split(step, 2), np.split(near, 2), strict=True)
    ]
    fewer = min(map(len, sides))
    if fewer == 0:
        return 0.0
    residual = float(np.sqrt(np.mean(np.minimum(far[usable], 4 * KNEE) ** 2))) / RADIUS
    rise = min(map(median, sides)) / bright
    return ramp(fewer, *POINTS) * ramp(rise, *STEP) * ramp(residual, *RESIDUAL)


def edge_points(
    grey: NDArray[np.float32], seen: NDArray[np.uint8], at: Floats
) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Return how far outside its circle each ray's edge lies, its rise, and which rays count.

    Args:
        at: (2, 3) each eye's circle, x, y and radius. What is returned is (2, rays).
    """
    rim = at[:, None, :2] + at[:, None, 2:] * ALONG
    rim[..., 1] += BELOW
    where = rim.reshape(-1, 1, 2).astype(np.float32) + OUTWARDS
    profile = cv2.remap(grey, where, WITHIN, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    favoured = np.zeros(profile.shape, np.float32)
    favoured[:, 1:-1] = profile[:, 2:] - profile[:, :-2]
    favoured *= FAVOUR
    peak = np.minimum(np.maximum(favoured.argmax(1), 1), len(REACH) - 2)
    before, top, after = favoured.take(FIRST + peak + NEXT)
    bend = before - 2 * top + after
    shift = np.where(bend < 0, 0.5 * (before - after) / np.minimum(bend, -1e-9), 0.0)
    off = REACH[peak] + np.minimum(np.maximum(shift, -1), 1) * (REACH[1] - REACH[0])
    column, row = np.minimum(np.maximum(np.rint(rim), 0), LAST).astype(np.intp).reshape(-1, 2).T
    usable = (seen[row, column] > 0) & (top > 0)
    eyes = (2, -1)
    return off.reshape(eyes), (profile @ RISE).reshape(eyes), usable.reshape(eyes)
