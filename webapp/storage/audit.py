"""The log of what admins change. Entries are written with the change, or not at all."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.storage.tables import AuditEntry

Facts = dict[str, Any] | None


def record(
    session: Session, who: str, action: str, subject: str, before: Facts = None, after: Facts = None
) -> None:
    """Add an entry to the transaction that makes the change."""
    session.add(
        AuditEntry(who=who, action=action, subject=subject[:254], before=before, after=after)
    )


def latest(session: Session, subject: str) -> AuditEntry | None:
    """Return the last entry on a subject, or on a part of it ("subject/part")."""
    part = AuditEntry.subject.startswith(f"{subject}/", autoescape=True)
    query = select(AuditEntry).where((AuditEntry.subject == subject) | part)
    return session.scalars(query.order_by(AuditEntry.id.desc()).limit(1)).one_or_none()


def entries(session: Session, offset: int, most: int) -> tuple[list[AuditEntry], int]:
    """Return at most `most` entries, the latest first, and how many there are in all."""
    query = select(AuditEntry).order_by(AuditEntry.id.desc()).offset(offset).limit(most)
    total = session.scalar(select(func.count(AuditEntry.id))) or 0
    return list(session.scalars(query)), total
