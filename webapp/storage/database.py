"""The database's engine and its transactions.

SQLite is opened for several processes at once: WAL, writers that say so at their start
(BEGIN IMMEDIATE: a read that later writes would fail at once, whatever the timeout, when
another process wrote in between), commits that survive a power cut, deleted rows
overwritten. Any other `DATABASE_URL` (PostgreSQL) works with its own defaults.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import flask_migrate
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, Dialect, Engine, MetaData, event
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.orm import Session as Session  # use cases name what they pass on
from sqlalchemy.types import TypeDecorator

from webapp.errors import Busy

WAIT_SECONDS = 5  # for another process's write to end, before "database is locked"
PRAGMAS = (
    f"busy_timeout={WAIT_SECONDS * 1000}",
    "journal_mode=WAL",
    "synchronous=FULL",  # consent and deletion must not be lost with the power
    "foreign_keys=ON",
    "secure_delete=ON",  # what is deleted is zeroed, not just unlinked
)
FOLDER = Path(__file__).parent / "migrations"


class UtcTime(TypeDecorator[datetime]):
    """A moment: aware in Python; SQLite, which knows no zones, keeps it in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a moment without a zone: nobody could say when it was."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the moment in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """The tables' base. Constraints have names, so that migrations can change them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcTime}


db = SQLAlchemy(metadata=Base.metadata, disable_autonaming=True)
migrations = flask_migrate.Migrate(db=db, directory=str(FOLDER), render_as_batch=True)


def init_app(app: Flask) -> None:
    """Make the app's engine from `DATABASE_URL`; it connects at the first query."""
    app.config["SQLALCHEMY_DATABASE_URI"] = address(app.config["DATABASE_URL"])
    db.init_app(app)
    migrations.init_app(app)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            listen(db.engine)


def address(url: str) -> str:
    """Return the URL as SQLAlchemy spells it, with the PostgreSQL driver that the shop uses."""
    kind, _, rest = url.partition("://")
    return f"postgresql+psycopg://{rest}" if kind in ("postgres", "postgresql") else url


def listen(engine: Engine) -> None:
    """Set up each SQLite connection, and begin each of its transactions ourselves."""
    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", begin)


def prepare(connection: Any, record: Any) -> None:
    """Set the pragmas, and stop Python's driver from beginning transactions late."""
    connection.isolation_level = None
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def begin(connection: Connection) -> None:
    """Begin as a writer where the transaction was opened as one."""
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def reading() -> Iterator[Session]:
    """Give a session for queries; what it changed would be rolled back."""
    with Session(db.engine) as session:
        yield session


@contextmanager
def writing() -> Iterator[Session]:
    """Give a session whose changes are committed at the end, or rolled back on any error.

    Raises:
        Busy: another process kept the database locked for `WAIT_SECONDS`.
    """
    try:
        with Session(db.engine.execution_options(writes=True)) as session, session.begin():
            yield session
    except OperationalError as error:
        if "database is locked" in str(error.orig):
            raise Busy(seconds=WAIT_SECONDS) from error
        raise


def migrate() -> None:
    """Run the migrations that the database hasn't seen."""
    flask_migrate.upgrade()


def dispose() -> None:
    """Close the pool's connections; SQLite then folds its write-ahead log into the file."""
    db.engine.dispose()
