"""Queries on the links by which a visit goes on with another device."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from webapp.errors import HandoverOver
from webapp.storage.visit_tables import Handover


def find(session: Session, token_hash: str, at: datetime, *, lock: bool = False) -> Handover:
    """Return the open link with that hash. Raises `HandoverOver`."""
    query = select(Handover).where(Handover.token_hash == token_hash, Handover.expires_at > at)
    row = session.scalars(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise HandoverOver()
    return row


def of_visit(session: Session, visit: str, at: datetime) -> list[Handover]:
    """Return the visit's links that can still be used."""
    query = select(Handover).where(Handover.visit == visit, Handover.expires_at > at)
    return list(session.scalars(query.order_by(Handover.id)))


def drop(session: Session, visit: str) -> None:
    """Forget the visit's links."""
    session.execute(delete(Handover).where(Handover.visit == visit))


def drop_old(session: Session, at: datetime) -> None:
    """Forget the links that nobody can use any more."""
    session.execute(delete(Handover).where(Handover.expires_at <= at))
