"""Faces that the project drew, for whoever wants to try frames on without a photo."""

from collections.abc import Collection

from webapp.config import ROOT
from webapp.errors import NotFound
from webapp.shop import photos
from webapp.shop.views import PhotoView

FOLDER = ROOT / "static" / "img" / "arrival"  # drawn by `flask demo arrival`
NUMBERS = (1, 2, 3)
DRAWN = "drawn"  # stands for a consent's version: nobody's face is in the picture


def keep(number: int, *, visit: str, steps: Collection[str] = ()) -> PhotoView:
    """Take a drawn face in as if it were the visit's photo; it lives as long as one.

    Args:
        steps: as of `photos.keep`.

    Raises:
        NotFound: there is no drawn face of that number.
        Busy: no model slot came free in time.
    """
    if number not in NUMBERS:
        raise NotFound()
    data = (FOLDER / f"face-{number}.jpg").read_bytes()
    return photos.keep(data, agreed=True, visit=visit, consent=DRAWN, steps=steps)
