"""Backups: the catalogue, the people and the figures in one file; nothing of any shopper.

The file is a ZIP: `manifest.json`, a line of JSON for each row under `tables/`, the catalogue's
pictures under `files/`. Rows are read in one transaction, so that they fit together however busy
the shop is; what was deleted before is not in it. It can be restored on another database than it
was made on, and by a later version (`webapp.storage.restore`).
"""

import hashlib
import json
import os
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Select, Table, select
from sqlalchemy.orm import Session

from webapp.errors import BackupIncomplete
from webapp.storage import clock, files, schema
from webapp.storage.database import reading
from webapp.storage.every_table import Base
from webapp.storage.tables import Image, Kind

FORMAT, VERSION = "lorgnette-backup", 1
MANIFEST = "manifest.json"
TRIES = 5  # a picture may be replaced between its row and its file
CHUNK = 1000  # rows read at once
PRIVATE = 0o600  # it holds admins' addresses, and the hashes of their passwords

KEPT = frozenset(
    {
        "admin",
        "api_key",
        "audit_entry",
        "event",
        "folding",
        "frame",
        "image",
        "lens_option",
        "reference_model",
        "shop_setting",
        "tally",
        "variant",
    }
)
LEFT_OUT = frozenset(  # shoppers' photos and what hangs on them, and links that grant something
    {
        "api_call",
        "batch",
        "batch_item",
        "batch_photo",
        "favourite",
        "handover",
        "import_run",  # its log of what came in; the frames themselves are kept
        "one_time_link",
        "photo",
        "share",
        "try_on",
    }
)
SHOPPERS_KINDS = (Kind.PHOTO, Kind.TRY_ON)


def write(path: Path) -> dict[str, int]:
    """Write a backup to `path`, whole or not at all; return how many rows of each table it has.

    Raises:
        BackupIncomplete: a picture of the catalogue has lost its file.
        OSError: it can't be written there.
    """
    part = path.with_name(f"{path.name}.part")
    try:
        for tries_left in reversed(range(TRIES)):
            try:
                counts = write_to(part)
                break
            except BackupIncomplete:
                if not tries_left:
                    raise
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
    files.settle(path.parent)
    return counts


def write_to(part: Path) -> dict[str, int]:
    """Write a backup, and bring it to disk."""
    part.unlink(missing_ok=True)
    counts: dict[str, int] = {}
    digests: dict[str, str] = {}
    with open(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE), "wb") as file:
        with zipfile.ZipFile(file, "w") as archive, reading() as session:
            repeatably(session)
            for table in kept_tables():
                name = f"tables/{table.name}.jsonl"
                counts[table.name], digests[name] = add_rows(archive, name, session, table)
            for picture in session.scalars(kept_pictures()):
                name, data = f"files/{picture}", bytes_of(picture)
                archive.writestr(name, data)
                digests[name] = hashlib.sha256(data).hexdigest()
            archive.writestr(MANIFEST, json.dumps(manifest(digests)))
        file.flush()
        os.fsync(file.fileno())
    return counts


def bytes_of(picture: str) -> bytes:
    """Return a picture's bytes. Raises `BackupIncomplete`."""
    try:
        return files.read(picture)
    except FileNotFoundError as error:
        raise BackupIncomplete(file=picture) from error


def repeatably(session: Session) -> None:
    """Let the session see one state of the database throughout, as SQLite does by itself."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def kept_tables() -> list[Table]:
    """Return the tables that a backup has, those first that others refer to."""
    return [table for table in Base.metadata.sorted_tables if table.name in KEPT]


def kept_pictures() -> Select[Any]:
    """Return the query of the file names of the pictures that a backup has."""
    return select(Image.file).where(*ours())


def ours() -> tuple[Any, ...]:
    """Return what is true of the catalogue's pictures: nobody's photo, and not on their way out."""
    return (
        Image.kind.not_in(SHOPPERS_KINDS),
        Image.doomed_at.is_(None),
        Image.expires_at.is_(None),
    )


def add_rows(
    archive: zipfile.ZipFile, name: str, session: Session, table: Table
) -> tuple[int, str]:
    """Add a table's rows; return how many there are, and the hash of their lines."""
    count, digest = 0, hashlib.sha256()
    info = zipfile.ZipInfo(name)
    info.compress_type = zipfile.ZIP_DEFLATED
    with archive.open(info, "w") as file:
        for row in rows_of(session, table):
            line = json.dumps(row, default=spelled).encode() + b"\n"
            file.write(line)
            digest.update(line)
            count += 1
    return count, digest.hexdigest()


def rows_of(session: Session, table: Table) -> Iterator[dict[str, Any]]:
    """Yield a table's rows by column."""
    query = select(table).execution_options(yield_per=CHUNK)
    if table.name == Image.__tablename__:
        query = query.where(*ours())
    for row in session.execute(query):
        yield dict(row._mapping)


def spelled(value: object) -> str:
    """Return a value that JSON has no form for as a string."""
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"no form for {type(value).__name__}")


def manifest(digests: dict[str, str]) -> dict[str, Any]:
    """Return what is told of the backup: what it is, of which schema, the hash of each member."""
    (revision,) = schema.heads()
    return {
        "format": FORMAT,
        "version": VERSION,
        "revision": revision,
        "made": clock.now().isoformat(),
        "members": digests,
    }
