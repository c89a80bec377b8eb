"""A backup brought back: checked whole before anything is touched, then taken over in one piece.

Rows go into a database of their own first, of the schema that the backup was made with; the
migrations bring that up to date, and what came of it replaces the shop's rows in one transaction.
Killed before its commit, the shop is what it was; after it, what the backup says. Files that no
row names any more are the sweep's.
"""

import hashlib
import json
import re
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    Connection,
    DateTime,
    Engine,
    MetaData,
    Table,
    create_engine,
    delete,
    func,
    insert,
    null,
    select,
    text,
    update,
)
from sqlalchemy.orm import Session

from webapp.errors import BackupTooNew, NotABackup
from webapp.storage import clock, database, files, schema
from webapp.storage.backup import CHUNK, FORMAT, KEPT, MANIFEST, VERSION
from webapp.storage.belongings import settings
from webapp.storage.database import writing
from webapp.storage.every_table import Base
from webapp.storage.figure_tables import Folding
from webapp.storage.tables import Admin

VERSION_TABLE = "alembic_version"
LARGEST_MANIFEST = 100_000_000  # bytes; a line for each picture of the catalogue
PICTURE = re.compile(r"files/([0-9a-f]{2}/[0-9a-f]{32}\.(?:jpg|png|webp))")
ROWS = re.compile(r"tables/([a-z_]+)\.jsonl")


def read(path: Path) -> dict[str, int]:
    """Make the shop what the backup says; return how many rows each table has now.

    Everybody who was signed in is signed out, whatever the backup says of their sessions.

    Raises:
        NotABackup: it is something else, or damaged; nothing was touched.
        BackupTooNew: a later version made it; nothing was touched.
        OSError: it can't be read.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            told = checked(archive)
            with tempfile.TemporaryDirectory(dir=settings()["INSTANCE_DIR"]) as folder:
                engine = create_engine(f"sqlite:///{Path(folder) / 'restored.sqlite'}")
                try:
                    fill(engine, archive, told["revision"])
                    for name in told["members"]:
                        picture = PICTURE.fullmatch(name)
                        if picture:
                            files.put_as(picture[1], archive.read(name))
                    return take_over(engine)
                finally:
                    engine.dispose()
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise NotABackup(file=str(path), reason="no ZIP, or a damaged one") from error


def checked(archive: zipfile.ZipFile) -> dict[str, Any]:
    """Return the manifest, once every member is known to be as it says. Raises as `read`."""
    name = str(archive.filename)
    try:
        if archive.getinfo(MANIFEST).file_size > LARGEST_MANIFEST:
            raise NotABackup(file=name, reason="its manifest is too large")
        told: dict[str, Any] = json.loads(archive.read(MANIFEST))
        if told["format"] != FORMAT:
            raise NotABackup(file=name, reason="it was not made by this shop's backup")
        if told["version"] > VERSION or told["revision"] not in schema.known():
            raise BackupTooNew(file=name, revision=told["revision"])
        for member, digest in told["members"].items():
            if not (PICTURE.fullmatch(member) or ROWS.fullmatch(member)):
                raise NotABackup(file=name, reason=f"{member} doesn't belong there")
            if digest_of(archive, member) != digest:
                raise NotABackup(file=name, reason=f"{member} is damaged")
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise NotABackup(file=name, reason="it has no manifest of a backup") from error
    except RuntimeError as error:  # so zipfile says it
        raise NotABackup(file=name, reason="it is encrypted, or packed unusually") from error
    return told


def digest_of(archive: zipfile.ZipFile, member: str) -> str:
    """Return the hash of a member's content."""
    with archive.open(member) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]


def fill(engine: Engine, archive: zipfile.ZipFile, revision: str) -> None:
    """Bring the backup's rows into an empty database, and that up to date."""
    database.listen(engine)
    database.migrate(engine, revision)
    there = MetaData()
    there.reflect(engine)
    with engine.execution_options(writes=True).begin() as connection:
        for table in there.sorted_tables:
            if table.name == VERSION_TABLE:
                continue
            connection.execute(delete(table))  # what the migrations put in
            if f"tables/{table.name}.jsonl" in archive.namelist():
                insert_all(connection, table, lines_of(archive, table))
    database.migrate(engine)


def lines_of(archive: zipfile.ZipFile, table: Table) -> Iterator[dict[str, Any]]:
    """Yield a table's rows out of the backup."""
    moments = [column.name for column in table.columns if isinstance(column.type, DateTime)]
    with archive.open(f"tables/{table.name}.jsonl") as file:
        for line in file:
            row = json.loads(line)
            for name in moments:
                if row.get(name) is not None:
                    # Without its zone, which is UTC: SQLite's own column keeps none.
                    row[name] = datetime.fromisoformat(row[name]).replace(tzinfo=None)
            yield row


def insert_all(
    connection: Connection | Session, table: Table, rows: Iterator[dict[str, Any]]
) -> int:
    """Insert rows, and return how many they are."""
    documents = [column.name for column in table.columns if isinstance(column.type, JSON)]
    count = 0
    while chunk := list(islice(rows, CHUNK)):
        count += len(chunk)
        if not documents:
            connection.execute(insert(table), chunk)
            continue
        for row in chunk:  # an empty document column would else hold JSON's null
            empty = {name: null() for name in documents if row.get(name) is None}
            connection.execute(insert(table).values({**row, **empty}))
    return count


def take_over(engine: Engine) -> dict[str, int]:
    """Replace all of the shop's rows by those of an up-to-date database, in one transaction."""
    counts: dict[str, int] = {}
    with closing(engine.connect()) as source, writing() as session:
        folded = session.scalar(select(func.max(Folding.times))) or 0
        for table in reversed(Base.metadata.sorted_tables):
            session.execute(delete(table))
        for table in Base.metadata.sorted_tables:
            if table.name in KEPT:
                found = source.execute(select(table).execution_options(yield_per=CHUNK))
                counts[table.name] = insert_all(
                    session, table, (dict(row._mapping) for row in found)
                )
        # Later than any count of before: no cookie of an ended session comes back to life, and
        # a mirror of the figures sees that it is out of date.
        session.execute(update(Admin).values(session_version=int(clock.now().timestamp()) // 60))
        restored = session.scalar(select(func.max(Folding.times))) or 0
        session.execute(update(Folding).values(times=max(folded, restored) + 1))
        mend_sequences(session)
    return counts


def mend_sequences(session: Session) -> None:
    """Let PostgreSQL number new rows after the restored ones."""
    if session.get_bind().dialect.name != "postgresql":
        return
    for table in Base.metadata.sorted_tables:
        if table.name in KEPT and "id" in table.columns:
            last = session.scalar(select(func.max(table.c.id)))
            session.execute(
                text("SELECT setval(pg_get_serial_sequence(:table, 'id'), :last, :used)"),
                {"table": table.name, "last": last or 1, "used": last is not None},
            )
