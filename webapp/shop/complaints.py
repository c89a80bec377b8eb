"""What shoppers say is wrong with a try-on: counted, and no picture is kept for it."""

from webapp.errors import ComplaintUnknown
from webapp.shop import figures
from webapp.storage import clock
from webapp.storage import photos as rows
from webapp.storage.database import writing
from webapp.storage.tables import Event

REASONS = ("place", "size", "hidden", "colour", "other")


def complain(try_on: str, visit: str, reason: str) -> None:
    """Count what is wrong with a try-on, once for each.

    Raises:
        ComplaintUnknown: it is none of `REASONS`.
        NotFound: the try-on is unknown, expired or another visit's.
    """
    if reason not in REASONS:
        raise ComplaintUnknown()
    with writing() as session:
        row = rows.try_on(session, try_on, visit, clock.now())
        if row.complaint is not None:
            return
        row.complaint = reason
        session.add(
            Event(
                kind=figures.LOOKS_WRONG,
                reason=reason,
                frame_id=row.variant.frame_id,
                variant_id=row.variant_id,
            )
        )
