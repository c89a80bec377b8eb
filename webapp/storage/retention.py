"""Fewer hours of keeping, brought to what is stored already. Nothing is ever kept longer by it."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, or_, select, update
from sqlalchemy.orm import Session

from webapp.storage import clock
from webapp.storage.batch_tables import Batch, BatchItem, BatchPhoto
from webapp.storage.tables import ApiCall, Image, Photo, TryOn
from webapp.storage.visit_tables import Favourite, Share

Found = tuple[int, datetime]


def shorten(session: Session, hours: int) -> int:
    """Let all that is kept for shoppers end `hours` after it came, unless it ends sooner.

    Photos with their pictures and links, and batches that were sent with theirs; the marks of
    visits, which count from their last use, end `hours` from now.

    Returns:
        How many photos and batches end sooner than they would have.
    """
    kept = timedelta(hours=hours)
    photos, batches = (found(session, query, kept) for query in kept_for_hours())
    for id, end in photos:
        worn = select(TryOn.id).where(TryOn.photo_id == id)
        session.execute(update(Photo).where(Photo.id == id).values(expires_at=end))
        session.execute(update(Image).where(pictures_of_photo(id)).values(expires_at=end))
        links = update(Share).where(Share.try_on_id.in_(worn), Share.expires_at > end)
        session.execute(links.values(expires_at=end))
    for id, end in batches:
        session.execute(update(Batch).where(Batch.id == id).values(expires_at=end))
        session.execute(update(Image).where(pictures_of_batch(id)).values(expires_at=end))
    latest = clock.now() + kept
    for table in (Favourite, ApiCall):
        too_long = update(table).where(table.expires_at > latest)
        session.execute(too_long.values(expires_at=latest))
    return len(photos) + len(batches)


def kept_for_hours() -> tuple[Select[int, datetime, datetime], ...]:
    """Return the queries of id, arrival and end of the photos, and of the batches sent here."""
    sent_here = Batch.target == ""  # others' pictures lie in folders that are not the shop's
    return (
        select(Photo.id, Photo.created_at, Photo.expires_at),
        select(Batch.id, Batch.created_at, Batch.expires_at).where(sent_here),
    )


def found(session: Session, query: Select[int, datetime, datetime], kept: timedelta) -> list[Found]:
    """Return id and new end of the rows that would be kept too long."""
    rows = session.execute(query)
    return [(id, came + kept) for id, came, ends in rows if came + kept < ends]


def pictures_of_photo(id: int) -> ColumnElement[bool]:
    """Return what is true of the pictures of a photo and its try-ons."""
    own = select(Photo.image_id).where(Photo.id == id)
    worn = select(TryOn.image_id).where(TryOn.photo_id == id)
    return or_(Image.id.in_(own), Image.id.in_(worn))


def pictures_of_batch(id: int) -> ColumnElement[bool]:
    """Return what is true of the pictures of a batch's photos and results."""
    sent = select(BatchPhoto.image_id).where(BatchPhoto.batch_id == id)
    made = select(BatchItem.image_id).where(BatchItem.batch_id == id)
    return or_(Image.id.in_(sent), Image.id.in_(made))
