"""Rows and files: complete or absent, whatever goes wrong in between."""

import sqlite3
import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade
from sqlalchemy import func, inspect, select, text
from sqlalchemy.exc import IntegrityError

from tests.factories import on_disk
from webapp import storage
from webapp.errors import Busy, FilesUnusable
from webapp.storage import belongings, clock, database, files, images, tables
from webapp.storage.database import Base, db, reading, writing
from webapp.storage.images import Draft
from webapp.storage.tables import Admin, Event, Image, Kind

pytestmark = pytest.mark.usefixtures("shop")


def draft(data: bytes = b"pixels") -> Draft:
    return Draft(data, Kind.PHOTO, "image/jpeg", 4, 3)


def rows() -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(Image)) or 0


def test_the_migrations_make_the_tables_that_the_code_declares():
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})

        assert compare_metadata(context, Base.metadata) == []


def test_the_migrations_can_be_undone_and_redone():
    downgrade(revision="base")
    assert inspect(db.engine).get_table_names() == ["alembic_version"]

    storage.migrate()

    assert set(Base.metadata.tables) <= set(inspect(db.engine).get_table_names())


def test_migrating_leaves_foreign_keys_enforced():
    storage.migrate()

    with pytest.raises(IntegrityError), writing() as session:
        session.execute(
            text("INSERT INTO event (at, kind, frame_id) VALUES ('2026-01-01', 'x', 9)")
        )


def test_no_column_could_hold_a_measure_of_a_face():
    words = {column.name for table in Base.metadata.tables.values() for column in table.columns}

    for word in ("landmark", "box", "pd", "yaw", "pitch", "roll", "pose", "mesh", "iris"):
        assert not [name for name in words if word in name.split("_")], word


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("secure_delete", 1)],
)
def test_sqlite_is_set_up_to_keep_promises(pragma, value):
    with reading() as session:
        assert session.scalar(text(f"PRAGMA {pragma}")) == value


def test_a_writer_that_read_first_never_fails_for_another_writer():
    """With SQLite's own late locking, half of these would be "database is locked" at once."""
    with writing() as session:
        session.add(Event(kind="count", milliseconds=0))
    app = current()
    errors: list[Exception] = []

    def count() -> None:
        with app.app_context():
            for _ in range(25):
                try:
                    with writing() as session:
                        row = session.scalars(select(Event)).one()
                        row.milliseconds = (row.milliseconds or 0) + 1
                except Exception as error:
                    errors.append(error)

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    with reading() as session:
        assert session.scalars(select(Event.milliseconds)).one() == 100


def current() -> Flask:
    from flask import current_app

    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    return app


def test_a_database_locked_for_long_is_told_as_busy():
    path = db.engine.url.database
    other = sqlite3.connect(path or "", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        with db.engine.connect() as connection:  # the pool's one connection waits no longer
            connection.exec_driver_sql("PRAGMA busy_timeout=1")

        with pytest.raises(Busy), writing() as session:
            session.add(Event(kind="x"))
    finally:
        other.execute("ROLLBACK")
        other.close()


def test_an_error_rolls_back_everything_written_with_it():
    def fail() -> None:
        with writing() as session:
            session.add(Event(kind="x"))
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    with reading() as session:
        assert session.scalars(select(Event)).all() == []


def test_what_a_reader_changed_is_not_kept():
    with reading() as session:
        session.add(Event(kind="x"))
        session.flush()

    with reading() as session:
        assert session.scalars(select(Event)).all() == []


def test_times_come_back_as_the_same_moment_in_utc():
    there = timezone(timedelta(hours=5, minutes=30))
    at = datetime(2026, 3, 1, 4, 0, tzinfo=there)
    with writing() as session:
        session.add(Event(kind="x", at=at))

    with reading() as session:
        found = session.scalars(select(Event.at)).one()

    assert found == at
    assert found.tzinfo is UTC


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(Exception, match="without a zone"), writing() as session:
        session.add(Event(kind="x", at=datetime(2026, 3, 1)))


def test_two_admins_with_one_address_are_refused_by_the_database():
    twins = [Admin(email="a@b.c", password_hash="", role="owner") for _ in range(2)]

    with pytest.raises(IntegrityError), writing() as session:
        session.add_all(twins)


def test_a_stored_picture_is_a_row_and_a_file():
    with images.storing(draft(b"abc")) as (_, (row,)):
        pass

    with reading() as session:
        row = session.scalars(select(Image)).one()
        assert (row.bytes, row.width, row.height, row.media_type) == (3, 4, 3, "image/jpeg")
        assert row.sha256.startswith("ba7816bf")
        assert files.read(row.file) == b"abc"
        assert on_disk() == {row.file}


def test_an_error_after_the_file_leaves_neither_file_nor_row():
    with pytest.raises(ZeroDivisionError), images.storing(draft(), draft()):
        raise ZeroDivisionError

    assert rows() == 0
    assert on_disk() == set()


def test_a_full_disk_leaves_neither_file_nor_row(monkeypatch):
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(FilesUnusable), images.storing(draft()):
        pytest.fail("the rows must not be reached")

    assert rows() == 0
    assert on_disk() == set()


def test_when_a_later_file_fails_the_earlier_ones_go(monkeypatch):
    put, names = files.put, iter("ab")

    def once(data: bytes, media_type: str) -> str:
        if next(names) == "b":
            raise OSError("disk gone")
        return put(data, media_type)

    monkeypatch.setattr(files, "put", once)
    with pytest.raises(FilesUnusable), images.storing(draft(), draft()):
        pytest.fail("the rows must not be reached")

    assert on_disk() == set()


def test_the_file_is_whole_on_disk_before_its_row_can_be_seen():
    with images.storing(draft(b"abc")) as (_, (row,)):
        assert files.read(row.file) == b"abc"
        assert rows() == 0

    assert rows() == 1


def test_file_names_tell_nothing_and_spread_over_folders():
    names = {files.put(b"same", "image/png") for _ in range(40)}

    assert len(names) == 40
    assert len({name.split("/")[0] for name in names}) > 10
    assert all(len(name) == len("ab/") + 32 + len(".png") for name in names)


def test_removing_a_file_twice_is_no_error():
    name = files.put(b"x", "image/jpeg")

    files.remove(name)
    files.remove(name)

    assert not files.exists(name)


def test_a_doomed_picture_is_finished_file_and_row():
    with images.storing(draft()) as (session, (row,)):
        session.flush()
        number = row.id
    with writing() as session:
        gone = images.doom(session, [number])
    assert images.doomed() == gone

    images.finish(gone)

    assert rows() == 0
    assert on_disk() == set()


def test_finishing_spares_a_picture_that_is_not_doomed():
    with images.storing(draft()) as (session, (row,)):
        session.flush()
        number = row.id

    with writing():
        pass
    images.finish([(number, "aa/nothing.jpg")])

    assert rows() == 1


def test_deleted_rows_leave_no_trace_in_the_database_file():
    secret = "a-visit-that-must-not-be-found"
    with writing() as session:
        session.add(Event(kind="x", reason=secret))
    with writing() as session:
        for event in session.scalars(select(Event)):
            session.delete(event)

    database.dispose()  # folds the write-ahead log into the file

    path = db.engine.url.database or ""
    with open(path, "rb") as file:
        assert secret.encode() not in file.read()


def test_each_app_has_its_own_belongings(app: Flask):
    class Thing:
        pass

    mine = belongings.only(Thing)
    assert belongings.only(Thing) is mine
    belongings.init_app(app)

    assert belongings.only(Thing) is not mine


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("postgres://shop@db/shop", "postgresql+psycopg://shop@db/shop"),
        ("postgresql://shop@db/shop", "postgresql+psycopg://shop@db/shop"),
        ("postgresql+psycopg2://db/shop", "postgresql+psycopg2://db/shop"),
        ("sqlite:///shop.sqlite", "sqlite:///shop.sqlite"),
    ],
)
def test_addresses_of_every_spelling_are_understood(given, used):
    assert database.address(given) == used


def test_the_clock_is_asked_each_time(monkeypatch):
    later = datetime(2030, 1, 1, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: later)
    with writing() as session:
        session.add(Event(kind="x"))

    with reading() as session:
        assert session.scalars(select(Event.at)).one() == later
    assert tables.moment() == later
