"""The database's engine and its transactions.

SQLite is opened for several processes at once: WAL, writers that say so at their start
(BEGIN IMMEDIATE: a read that later writes would fail at once, whatever the timeout, when
another process wrote in between), commits that survive a power cut, deleted rows
overwritten. PostgreSQL (`DATABASE_URL`) needs none of it, but it may be away: connections are
tried before use, so that the shop goes on by itself when it comes back.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import alembic.command
import flask_migrate
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, Dialect, Engine, MetaData, event, text
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    DataError,
    IntegrityError,
    NoSuchModuleError,
    NotSupportedError,
    ProgrammingError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.orm import Session as Session  # use cases name what they pass on
from sqlalchemy.types import TypeDecorator

from webapp.errors import Busy, DatabaseAway, DatabaseOutdated, SettingInvalid

WAIT_SECONDS = 5  # for another process's write to end, before "database is locked"
AWAY_SECONDS = 5  # after which it is worth asking again for a database that did not answer
CONNECTIONS, SPARE_CONNECTIONS = 8, 4  # of a process; a query is short beside its request
POSTGRES = {
    "connect_timeout": 3,  # s; the least that makes sense is 2
    "tcp_user_timeout": 10_000,  # ms until a connection whose other end fell silent is given up
    "keepalives_idle": 30,  # s
}
PRAGMAS = (
    f"busy_timeout={WAIT_SECONDS * 1000}",
    "journal_mode=WAL",
    "synchronous=FULL",  # consent and deletion must not be lost with the power
    "foreign_keys=ON",
    "secure_delete=ON",  # what is deleted is zeroed, not just unlinked
)
BACKENDS = ("sqlite", "postgresql")
NO_FILE = (None, "", ":memory:")  # each connection would have a database of its own
FAULTS_OF_OURS = (DataError, IntegrityError, NotSupportedError, ProgrammingError)
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
    require_usable(app.config["SQLALCHEMY_DATABASE_URI"])
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(app)
    db.init_app(app)
    migrations.init_app(app)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            listen(db.engine)


def address(url: str) -> str:
    """Return the URL as SQLAlchemy spells it, with the PostgreSQL driver that the shop uses."""
    kind, _, rest = url.partition("://")
    return f"postgresql+psycopg://{rest}" if kind in ("postgres", "postgresql") else url


def require_usable(url: str) -> None:
    """Check the address as SQLAlchemy spells it; nothing is connected to.

    Raises:
        SettingInvalid: it is no such address, or the driver for it is not installed.
    """
    expected = "sqlite:///FILE, or postgresql://USER:PASSWORD@HOST/NAME"
    try:
        parts = make_url(url)
        usable = parts.get_backend_name() in BACKENDS and parts.database not in NO_FILE
        if usable:
            parts.get_dialect().import_dbapi()
    except (ArgumentError, NoSuchModuleError, ValueError):
        usable = False
    except ImportError as error:
        usable, expected = False, f"its driver to be installed: {error.name}"
    if not usable:
        shown = f"{url.partition('://')[0][:30]}://…"  # what follows may hold a password
        raise SettingInvalid(name="DATABASE_URL", value=shown, expected=expected)


def engine_options(app: Flask) -> dict[str, Any]:
    """Return how the engine connects, and how long a thread waits for a connection."""
    options: dict[str, Any] = {
        "hide_parameters": True,  # they name visitors, and errors are logged
        "pool_size": CONNECTIONS,
        "max_overflow": SPARE_CONNECTIONS,
        "pool_timeout": WAIT_SECONDS,
    }
    if app.config["SQLALCHEMY_DATABASE_URI"].startswith("postgresql"):
        options |= {"pool_pre_ping": True, "connect_args": dict(POSTGRES)}
    return options


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
    """Give a session for queries; what it changed would be rolled back.

    Raises:
        DatabaseAway, Busy, DatabaseOutdated: as of `told_apart`.
    """
    with told_apart(), Session(db.engine) as session:
        yield session


@contextmanager
def writing() -> Iterator[Session]:
    """Give a session whose changes are committed at the end, or rolled back on any error.

    Raises:
        DatabaseAway, Busy, DatabaseOutdated: as of `told_apart`.
    """
    engine = db.engine.execution_options(writes=True)
    with told_apart(), Session(engine) as session, session.begin():
        yield session


@contextmanager
def told_apart() -> Iterator[None]:
    """Say in the domain's words what is wrong with the database.

    Raises:
        Busy: another process kept it locked for `WAIT_SECONDS`, or every connection is in use.
        DatabaseOutdated: a table or column is missing.
        DatabaseAway: anything else that is no fault of the query.
    """
    try:
        yield
    except PoolTimeout as error:
        raise Busy(seconds=WAIT_SECONDS) from error
    except DatabaseError as error:
        if isinstance(error, FAULTS_OF_OURS):
            raise
        said = str(error.orig)
        if "database is locked" in said:
            raise Busy(seconds=WAIT_SECONDS) from error
        if "no such table" in said or "no such column" in said:
            raise DatabaseOutdated() from error
        raise DatabaseAway(seconds=AWAY_SECONDS) from error


def require_answer() -> None:
    """Ask the database for nothing. Raises as `told_apart`."""
    with reading() as session:
        session.execute(text("SELECT 1"))


def migrate(engine: Engine | None = None, revision: str = "head") -> None:
    """Run the migrations that the database hasn't seen, up to `revision`.

    Args:
        engine: of another database than the shop's, which `listen` has set up.
    """
    if engine is None:
        flask_migrate.upgrade(revision=revision)
        return
    config = migrations.get_config()
    config.attributes["engine"] = engine
    alembic.command.upgrade(config, revision)


def settle() -> None:
    """Fold SQLite's write-ahead log into the file, and empty it: deleted rows are in it still.

    Where somebody is reading or writing just now, the next time does it.
    """
    if db.engine.dialect.name == "sqlite":
        with told_apart(), db.engine.connect() as connection:
            cursor = connection.connection.cursor()  # outside any transaction
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            cursor.close()


def dispose() -> None:
    """Close the pool's connections; SQLite then folds its write-ahead log into the file."""
    db.engine.dispose()
