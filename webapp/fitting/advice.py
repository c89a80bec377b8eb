"""What the millimetres mean for the shopper: does this frame fit this face?"""

from dataclasses import dataclass
from enum import StrEnum

from webapp.eyewear.frame import Eyewear
from webapp.fitting.scene import Estimate, Head

# A front that ends this far from the face's sides, both sides together, mm: shops ask for a
# frame about as wide as the face, and return frames at 8 mm either way.
NARROW_BELOW = -6.0
WIDE_ABOVE = 7.0
UNSURE_SIGMAS = 1.0  # nearer to a bound than this, the verdict could be the other one
# Decentration that an optician still grinds without a thick edge, mm each eye
MOST_DECENTRATION = 4.0


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
    gap = Estimate(eyewear.marks.width - head.width.value, head.width.sigma, head.width.method)
    off = (eyewear.marks.lens_centres - head.pd.value) / 2
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


def clear_of_bounds(gap: Estimate) -> bool:
    """Return whether `gap` is at least `UNSURE_SIGMAS` away from either bound."""
    nearest = min(abs(gap.value - NARROW_BELOW), abs(gap.value - WIDE_ABOVE))
    return nearest >= UNSURE_SIGMAS * gap.sigma
