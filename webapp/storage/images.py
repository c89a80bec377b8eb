"""Stored pictures: a file and its Image row, come and gone together.

Coming: file first, then row. Going: the row is marked first, then the file goes, then the
row. Killed at any instant, what is left is a file without a row or a marked row; the sweep
finds both. Nothing that was acknowledged is lost.
"""

import hashlib
import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from webapp.errors import Busy, FilesUnusable
from webapp.storage import clock, files
from webapp.storage.database import reading, writing
from webapp.storage.tables import Image, Kind

log = logging.getLogger(__name__)
Item = TypeVar("Item")
MANY = 500  # rows named in one statement; SQLite's oldest limit is 999


@dataclass(frozen=True)
class Draft:
    """A picture to store: encoded bytes, and what its row says of them."""

    data: bytes
    kind: Kind
    media_type: str
    width: int
    height: int
    expires_at: datetime | None = None


@contextmanager
def storing(*drafts: Draft) -> Iterator[tuple[Session, list[Image]]]:
    """Write the files, then give a writing session that holds their rows.

    On any error, in the caller's block or here, rows are rolled back and files removed.

    Raises:
        FilesUnusable: the disk is full, or may not be written.
        Busy: the sweep took a file for an orphan, as a clock that was set forward may make it.
    """
    names: list[str] = []
    try:
        for draft in drafts:
            names.append(put(draft))
        with writing() as session:
            rows = [row_of(draft, name) for draft, name in zip(drafts, names, strict=True)]
            session.add_all(rows)
            yield session, rows
            # The sweep looks at rows and removes files in one such transaction, too: either it
            # sees these rows, or they see that a file is gone.
            if not all(map(files.exists, names)):
                raise Busy()
    except BaseException:
        for name in names:
            files.remove(name)
        raise


def put(draft: Draft) -> str:
    """Write a draft's file and return its name. Raises `FilesUnusable`."""
    try:
        return files.put(draft.data, draft.media_type)
    except OSError as error:
        log.error("a picture could not be written: %s", error.strerror)
        raise FilesUnusable() from error


def row_of(draft: Draft, name: str) -> Image:
    """Return the row of a draft whose file is written."""
    return Image(
        kind=draft.kind,
        sha256=hashlib.sha256(draft.data).hexdigest(),
        bytes=len(draft.data),
        width=draft.width,
        height=draft.height,
        media_type=draft.media_type,
        file=name,
        expires_at=draft.expires_at,
    )


def doom(session: Session, ids: Iterable[int]) -> list[tuple[int, str]]:
    """Mark pictures as on their way out, and return their (id, file).

    The rows that own them go in the same transaction; `finish` comes after it.
    """
    gone: list[tuple[int, str]] = []
    for some in batches(list(ids)):
        session.execute(update(Image).where(Image.id.in_(some)).values(doomed_at=clock.now()))
        rows = session.execute(select(Image.id, Image.file).where(Image.id.in_(some)))
        gone += [(id, file) for id, file in rows]
    return gone


def doomed() -> list[tuple[int, str]]:
    """Return (id, file) of every marked picture."""
    with reading() as session:
        rows = session.execute(select(Image.id, Image.file).where(Image.doomed_at.is_not(None)))
        return [(id, file) for id, file in rows]


def finish(gone: list[tuple[int, str]]) -> None:
    """Remove the files of marked pictures, then their rows."""
    for _, file in gone:
        files.remove(file)
    for some in batches([id for id, _ in gone]):
        with writing() as session:
            session.execute(delete(Image).where(Image.id.in_(some), Image.doomed_at.is_not(None)))


def known(session: Session, names: list[str]) -> set[str]:
    """Return those of the file names that have a row."""
    found: set[str] = set()
    for some in batches(names):
        found.update(session.scalars(select(Image.file).where(Image.file.in_(some))))
    return found


def every_file(session: Session) -> list[tuple[int, str]]:
    """Return (id, file) of every picture that is not on its way out."""
    query = select(Image.id, Image.file).where(Image.doomed_at.is_(None)).order_by(Image.id)
    return [(id, file) for id, file in session.execute(query)]


def batches(items: list[Item]) -> Iterator[list[Item]]:
    """Yield the items in lists that fit into one statement."""
    for start in range(0, len(items), MANY):
        yield items[start : start + MANY]
