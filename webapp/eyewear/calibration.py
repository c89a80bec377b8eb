"""Proposing where a product photo shows a front's lenses, hinges and ends, and its scale."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from webapp.errors import (
    FrameLopsided,
    LensesNotFound,
    MarksMismatch,
    NoFrameInPicture,
    ProductPhotoSmall,
)
from webapp.eyewear.backdrop import EDGE, Bytes, Field, edges_of, require_whole, seen_on_paper
from webapp.eyewear.frame import SizeMarks
from webapp.eyewear.outline import Floats, Outline, find_outline
from webapp.eyewear.symmetry import axis_of, levelling, summit, turned

WORKED_AT = 1200  # px, the width at which points are sought
LEAST_WIDTH = 600  # px; narrower ones give artwork under 4 pixels a millimetre
LEAST_LIKENESS = 0.55  # of the mirrored halves; measured by `bench product`
LEAST_SCORE = 0.45  # of a lens's outline
HINGE_IN = 2.1  # mm from a front's end to its hinge: 1.4 on wire fronts, 2.3 on sheet ones
END = 2.5  # mm of a front's end that shows at which height its temple joins it
SLACK = 0.14  # of a lens's half sides, how much larger than stated it is looked for
GROOVE = 1.2  # mm of a lens, both sides together, that lie hidden in the rim's groove
EDGE_REACH = 5  # px, how far round an edge the picture counts as steep
LARGER = 1.12  # times the stated lens, in which a clearer outline would belie the size marks
CLEARER = 0.05  # of an outline's score
MISFIT = 3.0  # mm a lens may look larger or smaller than stated: marks are rounded


@dataclass(frozen=True)
class Points:
    """Where a photo shows a front, pixels (x, y), image-left first; each is (2, 2).

    `lenses`: the middles of the lenses' boxes. `hinges`: where the temples' axes are. `ends`:
    what a caliper would touch.
    """

    lenses: Floats
    hinges: Floats
    ends: Floats

    def moved(self, matrix: Floats) -> "Points":
        """Return the points under a (2, 3) transform."""
        return Points(*(np.c_[one, [1, 1]] @ matrix.T for one in self.all()))

    def all(self) -> tuple[Floats, Floats, Floats]:
        """Return lenses, hinges and ends."""
        return self.lenses, self.hinges, self.ends


@dataclass(frozen=True)
class Proposal:
    """What a photo was read as. `scale`: pixels a millimetre; `tilt`: degrees clockwise.

    `likeness` of the two halves and `score` of the lens outlines, 0 to 1, say how sure it is.
    """

    points: Points
    scale: float
    tilt: float
    likeness: float
    score: float


def propose(picture: Bytes, marks: SizeMarks) -> Proposal:
    """Return where the photo shows the front's parts.

    Args:
        picture: (H, W, 3) uint8 sRGB on plain paper, or (H, W, 4) with straight alpha.

    Raises:
        ProductPhotoSmall, BackgroundBusy, NoFrameInPicture, FrameCropped, FrameLopsided,
        LensesNotFound, MarksMismatch: what is wrong with it.
    """
    if picture.shape[1] < LEAST_WIDTH:
        raise ProductPhotoSmall(width=picture.shape[1], least_px=LEAST_WIDTH)
    k = min(1.0, WORKED_AT / picture.shape[1])
    size = round(picture.shape[1] * k), round(picture.shape[0] * k)
    work = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    seen = seen_on_paper(work)
    edges = edges_of(seen)
    strong = edges > EDGE
    require_whole(strong)
    axis = axis_of(np.minimum(edges, 0.15))
    if axis.likeness < LEAST_LIKENESS:
        raise FrameLopsided(likeness=axis.likeness)
    level = levelling(axis.tilt, size)
    colour, slope, opacity = (turned(one, axis.tilt) for one in (seen.colour, edges, seen.opacity))
    half = folded(colour, slope, opacity, axis.x)
    found = measure(half, marks)
    spots = unfolded(found, axis.x)
    back = cv2.invertAffineTransform(level)
    points = spots.moved(np.asarray(back, np.float64))
    shift = np.array([[1 / k, 0, 0.5 / k - 0.5], [0, 1 / k, 0.5 / k - 0.5]])
    return Proposal(points.moved(shift), found.scale / k, axis.tilt, axis.likeness, found.score)


@dataclass(frozen=True)
class Half:
    """Both halves of a level front laid upon each other, x from the axis outwards.

    `across`, `down`: (H, w) its steepest change a pixel; `edges`, `opacity`: (H, w), the mean
    of both halves' own.
    """

    across: Field
    down: Field
    edges: Field
    opacity: Field


def folded(colour: Field, edges: Field, opacity: Field, x: float) -> Half:
    """Return the mean of a level picture's two halves about the axis at `x`."""
    wide = int(min(x, colour.shape[1] - 1 - x))
    rows = colour.shape[0]

    def fold(field: Field) -> Field:
        y, out = np.mgrid[0:rows, 0:wide].astype(np.float32)
        right = cv2.remap(field, x + out, y, cv2.INTER_LINEAR)
        left = cv2.remap(field, x - out, y, cv2.INTER_LINEAR)
        return np.asarray((right + left) / 2, np.float32)

    mean = cv2.GaussianBlur(fold(colour), (0, 0), 1.0)
    across = np.abs(cv2.Sobel(mean, cv2.CV_32F, 1, 0, ksize=3, scale=0.25)).max(axis=2)
    down = np.abs(cv2.Sobel(mean, cv2.CV_32F, 0, 1, ksize=3, scale=0.25)).max(axis=2)
    return Half(across, down, fold(edges), fold(opacity))


@dataclass(frozen=True)
class Measured:
    """A folded half, measured: pixels from the axis (x) and the top (y)."""

    lens: Floats
    hinge: Floats
    end: Floats
    scale: float
    score: float


def measure(half: Half, marks: SizeMarks) -> Measured:
    """Return where the folded half shows lens, hinge and end. Raises as `propose`."""
    strong = half.edges > EDGE
    end = end_of(half.edges)
    scale = end / (marks.width / 2)
    outline, lens = lens_in(half, strong, marks, scale)
    if outline.score < LEAST_SCORE:
        raise LensesNotFound(score=outline.score)
    require_fitting(outline, marks, scale)
    sides = np.array([marks.lens_width, marks.lens_height]) / 2 * scale * LARGER
    larger = find_outline((half.across, half.down), lens, sides, SLACK)
    if larger.score > outline.score + CLEARER:  # the stated box was too small to hold the lens
        require_fitting(larger, marks, scale)
    height = hinge_height(half.opacity, end, scale)
    hinge = np.array([end - HINGE_IN * scale, height])
    return Measured(lens, hinge, np.array([end, height]), scale, outline.score)


def require_fitting(outline: Outline, marks: SizeMarks, scale: float) -> None:
    """Raise `MarksMismatch` where the lens is not as large as the size marks and width say."""
    low, high = outline.points.min(axis=0), outline.points.max(axis=0)
    seen = (high - low) / scale + GROOVE
    for field, value in zip(("lens_width", "lens_height"), seen.tolist(), strict=True):
        stated = getattr(marks, field)
        if abs(value - stated) > MISFIT:
            raise MarksMismatch(field=field, stated_mm=stated, seen_mm=value)


def end_of(edges: Field) -> float:
    """Return how far the front reaches from its axis, pixels. Raises `NoFrameInPicture`."""
    strong = edges > EDGE
    columns = np.flatnonzero(strong.sum(axis=0) >= 3)
    if len(columns) == 0:
        raise NoFrameInPicture()
    # What is steep begins before the edge itself, which is where it is steepest
    first = max(int(columns[-1]) - EDGE_REACH, 0)
    steep = (edges * strong)[:, first : columns[-1] + 1].sum(axis=0).tolist()
    return first + summit(steep, int(np.argmax(steep)))


def hinge_height(opacity: Field, end: float, scale: float) -> float:
    """Return the row at which the temple leaves the front's end: the end's middle."""
    strip = opacity[:, max(int(end - END * scale), 0) : int(end) + 1]
    shown = strip.mean(axis=1)
    solid = shown > 0.5 * float(shown.max())
    changes = np.flatnonzero(np.diff(np.r_[0, solid, 0]))
    runs = changes.reshape(-1, 2)  # [first, one past the last] of each solid piece
    first, last = runs[int(np.argmax(runs[:, 1] - runs[:, 0]))]
    return float(first + last - 1) / 2


def lens_in(
    half: Half, strong: NDArray[np.bool_], marks: SizeMarks, scale: float
) -> tuple[Outline, Floats]:
    """Return the lens's outline, and the middle of its box, in the folded half."""
    x = marks.lens_centres / 2 * scale
    sides = np.array([marks.lens_width, marks.lens_height]) / 2 * scale
    strip = strong[:, int(x - sides[0] / 3) : int(x + sides[0] / 3)]
    rows = np.flatnonzero(strip.any(axis=1))
    if len(rows) == 0:
        raise LensesNotFound(score=0.0)
    middle = (rows[0] + rows[-1]) / 2
    slope = half.across, half.down
    best, centre = Outline(np.zeros((1, 2)), -1.0), middle
    for off in np.arange(-6, 6.1, 1.0) * scale:
        outline = find_outline(slope, np.array([x, middle + off]), sides, SLACK)
        if outline.score > best.score:
            best, centre = outline, middle + off
    for _ in range(2):
        low, high = best.points[:, 1].min(), best.points[:, 1].max()
        centre = (low + high) / 2
        best = find_outline(slope, np.array([x, centre]), sides, SLACK)
    return best, np.array([x, centre])


def unfolded(found: Measured, x: float) -> Points:
    """Return both halves' points in the level picture."""

    def pair(spot: Floats) -> Floats:
        return np.array([[x - spot[0], spot[1]], [x + spot[0], spot[1]]])

    return Points(pair(found.lens), pair(found.hinge), pair(found.end))
