"""Try-ons: a photo rendered with a variant, kept, or drawn for the wall and forgotten."""

from webapp.shop.views import TryOnView


def make(
    photo_token: str,
    visit: str,
    frame_slug: str,
    variant_slug: str,
    *,
    face: int = 0,
    pd_mm: float | None = None,
) -> TryOnView:
    """Render the photo with the variant, store it and count it.

    Raises:
        NotFound: the photo or a published variant of that name is not there.
        NoSuchFace: fewer faces than that were found.
        PdOutOfRange: a typed PD that nobody has.
        FaceError: glasses can't be seated on that face.
        Busy: no model slot came free in time.
    """
    raise NotImplementedError


def get(token: str, visit: str) -> TryOnView:
    """Return the try-on. Raises `NotFound` when unknown, expired or another visit's; `Busy`."""
    raise NotImplementedError


def jpeg(token: str, visit: str) -> bytes:
    """Return the try-on's picture as JPEG. Raises `NotFound`."""
    raise NotImplementedError


def preview(
    photo_token: str,
    visit: str,
    frame_slug: str,
    variant_slug: str,
    *,
    face: int = 0,
    width: int = 480,
) -> bytes:
    """Return a JPEG of the photo with the variant, `width` px wide: neither stored nor counted.

    Raises: as `make`.
    """
    raise NotImplementedError
