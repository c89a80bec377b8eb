"""Queries on imports."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.errors import NotFound
from webapp.storage.import_tables import ImportRun, ImportState


def get(session: Session, token: str) -> ImportRun:
    """Return the import. Raises `NotFound`."""
    row = session.scalars(select(ImportRun).where(ImportRun.token == token)).one_or_none()
    if row is None:
        raise NotFound()
    return row


def latest(session: Session, most: int) -> list[ImportRun]:
    """Return the last imports, the latest first."""
    return list(session.scalars(select(ImportRun).order_by(ImportRun.id.desc()).limit(most)))


def running(session: Session, since: datetime) -> ImportRun | None:
    """Return the import that is at work and gave a sign of life since then, or None."""
    alive = ImportRun.state == ImportState.RUNNING, ImportRun.beat_at >= since
    return session.scalars(select(ImportRun).where(*alive).limit(1)).one_or_none()


def older(session: Session, keep: int) -> list[ImportRun]:
    """Return the imports beyond the `keep` last ones, which may be forgotten."""
    query = select(ImportRun).order_by(ImportRun.id.desc()).offset(keep)
    return list(session.scalars(query))
