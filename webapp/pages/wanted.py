"""The one frame for which a shopper came from a shop's product page."""

from collections.abc import Sequence

from webapp.shop.views import FrameView, VariantView
from webapp.web import visits


def wanted_of(frames: Sequence[FrameView]) -> tuple[FrameView, VariantView] | None:
    """Return the frame and colourway for which the shopper came, if they are among these."""
    wanted = visits.wanted()
    both = ((frame, variant) for frame in frames for variant in frame.variants)
    return next((one for one in both if (one[0].slug, one[1].slug) == wanted), None)
