"""What the millimetres mean for the shopper: does this frame fit this face?"""

import math
from dataclasses import dataclass
from enum import StrEnum

from webapp.eyewear.frame import Eyewear, SizeMarks
from webapp.fitting.anatomy import EYE_CORNERS, LEFT_IRIS, RIGHT_IRIS
from webapp.fitting.scale import convergence
from webapp.fitting.scene import Estimate, Fit, Head

# A front that ends this far from the face's sides, both sides together, mm: shops ask for a
# frame about as wide as the face, and return frames at 8 mm either way.
NARROW_BELOW = -6.0
WIDE_ABOVE = 7.0
UNSURE_SIGMAS = 1.0  # nearer to a bound than this, the verdict could be the other one
# Decentration that an optician still grinds without a thick edge, mm each eye
MOST_DECENTRATION = 4.0
NOSE_BRIDGE = (168, 6)  # landmarks of the nose's ridge between the eyes
MIDDLE_SIGMA = 1.0  # mm, how far the nose's middle is misread to one side
SEAT_SIGMA = 2.0  # mm, how far above or below its fitted seat a frame may come to rest


class Verdict(StrEnum):
    """How a front's width suits a face."""

    NARROW = "narrow"
    GOOD = "good"
    WIDE = "wide"


@dataclass(frozen=True)
class Advice:
    """A verdict on width, with the figures behind it.

    `gap`: the frame's caliper width less the face's width, mm. `sure`: the verdict stands a
    standard deviation away from the next one. `decentration`: lens centre to pupil, each
    eye, mm, positive where the lens centres lie further apart than the pupils; `centred`:
    whether that is within what is usual.
    """

    verdict: Verdict
    gap: Estimate
    sure: bool
    decentration: Estimate
    centred: bool


def advise(eyewear: Eyewear, head: Head) -> Advice:
    """Return how the frame's width and lens centres suit the head."""
    return advise_on(eyewear.marks, head)


def advise_on(marks: SizeMarks, head: Head) -> Advice:
    """Return how a frame with these marks suits the head: its artwork says nothing about that."""
    gap = Estimate(marks.width - head.width.value, head.width.sigma, head.width.method)
    off = (marks.lens_centres - head.pd.value) / 2
    decentration = Estimate(off, head.pd.sigma / 2, head.pd.method)
    return Advice(
        verdict=verdict_on(gap.value),
        gap=gap,
        sure=clear_of_bounds(gap),
        decentration=decentration,
        centred=abs(off) <= MOST_DECENTRATION,
    )


def verdict_on(gap: float) -> Verdict:
    """Return the verdict on a front that is `gap` mm wider than the face."""
    if gap < NARROW_BELOW:
        return Verdict.NARROW
    return Verdict.WIDE if gap > WIDE_ABOVE else Verdict.GOOD


def misfit(advice: Advice) -> float:
    """Return how far a frame is from suiting, 0 for not at all: 1 is at the verdicts' bounds.

    Width and lens centres count alike.
    """
    middle, reach = (NARROW_BELOW + WIDE_ABOVE) / 2, (WIDE_ABOVE - NARROW_BELOW) / 2
    width = (advice.gap.value - middle) / reach
    return math.hypot(width, advice.decentration.value / MOST_DECENTRATION)


def clear_of_bounds(gap: Estimate) -> bool:
    """Return whether `gap` is at least `UNSURE_SIGMAS` away from either bound."""
    nearest = min(abs(gap.value - NARROW_BELOW), abs(gap.value - WIDE_ABOVE))
    return nearest >= UNSURE_SIGMAS * gap.sigma


@dataclass(frozen=True)
class Centration:
    """Where the pupils lie, for the optician who cuts the lenses; mm, with deviations.

    `right`, `left`: from the middle of the nose to the wearer's right and left pupil, for far
    sight; together they are the far PD. `near`: the PD with the eyes on the camera, as the
    photo shows it. `height`: the fitting height, from the lens's lowest edge up to the pupil.
    """

    right: Estimate
    left: Estimate
    near: Estimate
    height: Estimate


def centration(eyewear: Eyewear, fit: Fit) -> Centration:
    """Return where the pupils lie behind a seated frame's lenses.

    Eyes that look past the camera both move to one side, so how the PD is shared between them
    is taken from the corners of the eyes.
    """
    head = fit.head
    corners = head.mesh[list(EYE_CORNERS), 0].mean()
    aside = float(head.mesh[list(NOSE_BRIDGE), 0].mean() - corners)
    pd, distance = head.pd, float(head.pose.translation[2])
    each = math.hypot(pd.sigma / 2, MIDDLE_SIGMA)
    height = fitting_height(eyewear, fit)
    return Centration(
        right=Estimate(pd.value / 2 + aside, each, pd.method),
        left=Estimate(pd.value / 2 - aside, each, pd.method),
        near=Estimate(pd.value - convergence(pd.value, distance), pd.sigma, pd.method),
        height=Estimate(height, math.hypot(SEAT_SIGMA, head.sigma * height), pd.method),
    )


def fitting_height(eyewear: Eyewear, fit: Fit) -> float:
    """Return how high the pupils stand above the lenses' lowest edge, mm along the lens.

    The wearer looks straight ahead, level with the head.
    """
    turn = fit.seat.rotation
    pupils = fit.head.mesh[[RIGHT_IRIS, LEFT_IRIS]].mean(0)
    at, ahead = (pupils - fit.seat.translation) @ turn, -turn[2]
    through = at - ahead * (at[2] / ahead[2])
    return eyewear.marks.lens_height / 2 - float(through[1])
