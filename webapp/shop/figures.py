"""Figures of the shop's running, counted from events that hold nothing about a face."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from webapp.errors import FaceError, PhotoError
from webapp.shop.views import Figures
from webapp.storage import clock, events
from webapp.storage.database import reading, writing
from webapp.storage.tables import Event

# The way of a visit, in this order
ARRIVAL = "arrival"  # the start page was opened, once a visit
AGREED = "agreed"  # a photo was sent with consent; reason: the consent's version
PHOTO = "photo"  # a face was found in it, and it was kept
TRY_ON = "try-on"
FAVOURITE = "favourite"  # a colourway was marked
SHOP_LINK = "shop-link"  # the way to where a frame is sold was taken
# Beside it
CONCERN = "concern"  # reason: the concern's code
REFUSED = "refused"  # reason: the error's code
DELETED = "deleted"  # by the shopper
SHARED = "shared"
LOOKS_WRONG = "looks-wrong"  # reason: what, as the shopper said


def record(kind: str, **what: Any) -> None:
    """Count something that has no other row to be written with; `what`: an event's columns."""
    with writing() as session:
        session.add(Event(kind=kind, **what))


@contextmanager
def refusals_counted() -> Iterator[None]:
    """Count what a photo or a face is refused for, by its code alone, and let it pass on."""
    try:
        yield
    except (PhotoError, FaceError) as refusal:
        record(REFUSED, reason=refusal.code)
        raise


def today() -> Figures:
    """Return the counts since midnight UTC."""
    midnight = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    with reading() as session:
        counts = events.counts(session, midnight)
    return Figures(
        photos=counts.get((PHOTO, None), 0),
        try_ons=counts.get((TRY_ON, None), 0),
        failures={reason or "": n for (kind, reason), n in counts.items() if kind == REFUSED},
    )
