"""Queries on what a visit gathers beside its photos."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from webapp.storage.visit_tables import Favourite


def favourites(session: Session, visit: str, at: datetime) -> list[dict[str, str]]:
    """Return the frames and colourways that the visit marked, the oldest first."""
    query = select(Favourite).where(Favourite.visit == visit, Favourite.expires_at > at)
    return [
        {"frame": one.variant.frame.slug, "colourway": one.variant.slug}
        for one in session.scalars(query.order_by(Favourite.id))
    ]


def forget(session: Session, visit: str) -> None:
    """Forget what the visit marked."""
    session.execute(delete(Favourite).where(Favourite.visit == visit))
