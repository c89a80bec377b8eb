"""How large a head is, by a bank card held flat against its forehead."""

import math

import numpy as np

from webapp.errors import CardImpossible, CardMarksOutside, CardMarksTogether
from webapp.fitting.scale import convergence
from webapp.fitting.scene import Camera, Estimate, Floats, Head

CARD_MM = 85.60  # ISO/IEC 7810 ID-1, the long edge
FOREHEAD = (10, 151, 9)  # landmarks from the hairline down to the brow
LEAST_PX = 20.0  # between the marks; nearer, a pixel's slip is millimetres
MARK_PX = 1.5  # standard deviation of a mark's place, pixels of the photo
MARK_MM = 0.4  # and of its place on the card: ends are round, and fingers hide them
DEPTH_SIGMA = 4.0  # mm by which the card may lie before or behind the fitted forehead
LEAN_SIGMA = 0.006  # relative, a card turned 6 degrees against the forehead looks so much shorter
PUPILS_SIGMA = 0.008  # relative, how far the pupils are misread
PDS = (40.0, 80.0)  # mm; from a small child's to more than the widest of adults


def pd_by_card(camera: Camera, head: Head, marks: Floats, size: tuple[int, int]) -> Estimate:
    """Return the far PD, mm, by the card whose two short edges are marked.

    The card lies in the plane that touches the forehead, before the pupils and so nearer to
    the camera; where the marks' rays meet that plane they are `CARD_MM` apart, and that makes
    the head, whatever size it was taken for, true.

    Args:
        camera: of the photo.
        head: fitted without knowing the card; its size is replaced, its shape is kept.
        marks: (2, 2) x, y in pixels of the photo, in either order.
        size: (width, height) of the photo, pixels.

    Raises:
        CardMarksOutside: a mark is outside the photo, or no number.
        CardMarksTogether: they are less than `LEAST_PX` apart.
        CardImpossible: the PD would be outside `PDS`.
    """
    apart = checked_gap(marks, size)
    distance = float(head.pose.translation[2])
    factor = CARD_MM / card_length(camera, head, marks)
    near = factor * (head.pd.value - convergence(head.pd.value, distance))
    if not PDS[0] <= near <= PDS[1]:
        raise CardImpossible(pd_mm=near, low=PDS[0], high=PDS[1])
    far = near + convergence(near, factor * distance)
    return Estimate(far, far * sigma_of(apart, factor * distance), "card")


def checked_gap(marks: Floats, size: tuple[int, int]) -> float:
    """Return how many pixels the marks are apart. Raises as `pd_by_card`."""
    inside = (marks >= -0.5) & (marks <= np.asarray(size) - 0.5)
    if not inside.all():  # nor is what is no number
        raise CardMarksOutside()
    apart = float(np.linalg.norm(marks[1] - marks[0]))
    if apart < LEAST_PX:
        raise CardMarksTogether(px=round(apart, 1))
    return apart


def card_length(camera: Camera, head: Head, marks: Floats) -> float:
    """Return how far apart the marks lie on the card's plane, in the head's millimetres."""
    pose = head.pose
    touching = float(head.mesh[list(FOREHEAD), 2].min())
    rays = np.column_stack([(marks - np.asarray(camera.centre)) / camera.focal, np.ones(2)])
    normal = pose.rotation[:, 2]  # out of the card's plane, in camera coordinates
    across = rays @ normal
    if (across <= 0).any():
        raise CardImpossible(pd_mm=0.0, low=PDS[0], high=PDS[1])
    depth = touching + float(normal @ pose.translation)
    ends = rays * (depth / across)[:, None]
    return float(np.linalg.norm(ends[1] - ends[0]))


def sigma_of(apart: float, distance: float) -> float:
    """Return the relative standard deviation of a PD by a card.

    Args:
        apart: pixels between the marks.
        distance: mm from the camera to the eyes.
    """
    marks = math.sqrt(2) * math.hypot(MARK_PX / apart, MARK_MM / CARD_MM)
    return math.hypot(marks, DEPTH_SIGMA / distance, LEAN_SIGMA, PUPILS_SIGMA)
