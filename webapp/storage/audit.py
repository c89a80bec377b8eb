"""The log of what admins change. Entries are written with the change, or not at all."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Text, cast, func, or_, select
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


def entries(
    session: Session, offset: int, most: int, words: Sequence[str] = ()
) -> tuple[list[AuditEntry], int]:
    """Return at most `most` entries, the latest first, and how many there are in all.

    Args:
        words: each is somewhere in an entry: who, what, of what, or a value before or after.
    """
    fitting = [anywhere(word) for word in words]
    query = select(AuditEntry).where(*fitting).order_by(AuditEntry.id.desc())
    total = session.scalar(select(func.count(AuditEntry.id)).where(*fitting)) or 0
    return list(session.scalars(query.offset(offset).limit(most))), total


def anywhere(word: str) -> ColumnElement[bool]:
    """Return the condition that a word is somewhere in an entry, whatever its letters' size."""
    values = cast(AuditEntry.before, Text), cast(AuditEntry.after, Text)
    columns = AuditEntry.who, AuditEntry.action, AuditEntry.subject, *values
    return or_(*(column.icontains(word, autoescape=True) for column in columns))
