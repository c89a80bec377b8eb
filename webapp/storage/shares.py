"""Queries on shared links."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from webapp.errors import ShareEnded
from webapp.storage.tables import Photo, TryOn
from webapp.storage.visit_tables import Share


def share(session: Session, token: str, at: datetime) -> Share:
    """Return the link.

    Raises:
        ShareEnded: it is unknown, revoked or expired, or its photo is.
    """
    query = (
        select(Share)
        .join(Share.try_on)
        .join(TryOn.photo)
        .where(Share.token == token, Share.expires_at > at, Photo.expires_at > at)
    )
    row = session.scalars(query).one_or_none()
    if row is None:
        raise ShareEnded()
    return row


def of_try_on(session: Session, try_on_id: int, at: datetime) -> Share | None:
    """Return the try-on's link that has not expired, if there is one."""
    query = select(Share).where(Share.try_on_id == try_on_id, Share.expires_at > at)
    return session.scalars(query.order_by(Share.id.desc()).limit(1)).one_or_none()


def revoke(session: Session, try_on_id: int) -> None:
    """End every link to the try-on."""
    session.execute(delete(Share).where(Share.try_on_id == try_on_id))


def remove_expired(session: Session, at: datetime) -> None:
    """Forget the links whose time is over."""
    session.execute(delete(Share).where(Share.expires_at <= at))
