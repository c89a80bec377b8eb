"""A shopper's photos: taken in with consent, shown, deleted."""

from webapp.shop.views import PhotoView

CONSENT_VERSION = "2026-11"  # of the words on the start and privacy pages


def keep(data: bytes, *, agreed: bool, visit: str) -> PhotoView:
    """Take in a photo, if its owner agreed and it shows a face; else leave nothing behind.

    Raises:
        ConsentMissing: not agreed; the bytes were not looked at.
        PhotoError: the bytes are no acceptable picture.
        FaceError: no face in it that glasses could be tried on.
        Busy: no model slot came free in time.
    """
    raise NotImplementedError


def get(token: str, visit: str) -> PhotoView:
    """Return the photo. Raises `NotFound` when it is unknown, expired or another visit's."""
    raise NotImplementedError


def jpeg(token: str, visit: str, width: int | None = None) -> bytes:
    """Return the photo as JPEG, whole or `width` pixels wide. Raises `NotFound`."""
    raise NotImplementedError


def delete(token: str, visit: str) -> None:
    """Delete the photo, its try-ons, their files and what memory holds. Raises `NotFound`."""
    raise NotImplementedError


def of_visit(visit: str) -> list[PhotoView]:
    """Return the visit's photos, newest first; empty when there are none."""
    raise NotImplementedError
