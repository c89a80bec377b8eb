"""Queries on events."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.storage.tables import Event


def counts(session: Session, since: datetime) -> dict[tuple[str, str | None], int]:
    """Return how many events there were since then, by (kind, reason)."""
    query = (
        select(Event.kind, Event.reason, func.count())
        .where(Event.at >= since)
        .group_by(Event.kind, Event.reason)
    )
    return {(kind, reason): count for kind, reason, count in session.execute(query)}
