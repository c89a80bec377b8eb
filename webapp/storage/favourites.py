"""Queries on favourites."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from webapp.storage.tables import Frame, Status, Variant
from webapp.storage.visit_tables import Favourite


def of_visit(session: Session, visit: str, at: datetime) -> list[Favourite]:
    """Return the visit's favourites that shoppers may still try on, newest first."""
    query = (
        select(Favourite)
        .join(Favourite.variant)
        .join(Variant.frame)
        .where(
            Favourite.visit == visit,
            Favourite.expires_at > at,
            Frame.status == Status.PUBLISHED,
            Variant.withdrawn.is_(False),
        )
        .order_by(Favourite.id.desc())
    )
    return list(session.scalars(query))


def names(session: Session, visit: str, at: datetime) -> list[tuple[str, str]]:
    """Return the slugs of frame and variant of the visit's favourites."""
    query = (
        select(Frame.slug, Variant.slug)
        .join(Variant, Variant.frame_id == Frame.id)
        .join(Favourite, Favourite.variant_id == Variant.id)
        .where(Favourite.visit == visit, Favourite.expires_at > at)
    )
    return [(frame, variant) for frame, variant in session.execute(query)]


def count(session: Session, visit: str) -> int:
    """Return how many favourites the visit has."""
    query = select(func.count()).select_from(Favourite).where(Favourite.visit == visit)
    return session.scalar(query) or 0


def find(session: Session, visit: str, variant_id: int) -> Favourite | None:
    """Return the visit's favourite of this variant, if there is one."""
    query = select(Favourite).where(Favourite.visit == visit, Favourite.variant_id == variant_id)
    return session.scalars(query).one_or_none()


def remove(session: Session, visit: str, variant_ids: Collection[int]) -> None:
    """Forget the visit's favourites among these variants."""
    session.execute(
        delete(Favourite).where(Favourite.visit == visit, Favourite.variant_id.in_(variant_ids))
    )


def remove_expired(session: Session, at: datetime) -> None:
    """Forget the favourites whose time is over."""
    session.execute(delete(Favourite).where(Favourite.expires_at <= at))
