"""The same shop on a real PostgreSQL, by `DATABASE_URL` alone. Skips where none is installed."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import select

from tests import factories
from tests.factories import VISIT, FakeFinder, keep, on_disk, published, see_with
from tests.servers import Server, new_database
from webapp import create_app, storage
from webapp.errors import EmailTaken, NotFound, SlugTaken
from webapp.shop import accounts, catalogue, figures, photos, sweep, tryons
from webapp.storage import clock, database
from webapp.storage.database import Base, db, reading, writing
from webapp.storage.tables import Event, Image


@pytest.fixture(scope="module")
def address(postgres_server: Server) -> str:
    """A database of these tests' own."""
    return new_database(postgres_server, "storage")


@pytest.fixture(autouse=True)
def _shop(address: str, tmp_path: Path) -> Iterator[None]:
    app = create_app({"TESTING": True, "INSTANCE_DIR": str(tmp_path), "DATABASE_URL": address})
    with app.app_context():
        storage.migrate()
        see_with(FakeFinder())
        yield
        with db.engine.begin() as connection:
            for table in reversed(Base.metadata.sorted_tables):
                if table.name != "folding":  # its one row comes with the migration
                    connection.execute(table.delete())
        database.dispose()


def test_the_migrations_make_the_tables_that_the_code_declares():
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})

        assert compare_metadata(context, Base.metadata) == []


def test_a_photo_comes_is_tried_on_and_goes():
    published()
    of_catalogue = on_disk()
    kept = keep()
    made = tryons.make(kept.token, VISIT, "ada", "black")
    assert tryons.get(made.token, VISIT).frame == catalogue.frame("ada")
    assert figures.today().try_ons == 1

    photos.delete(kept.token, VISIT)

    with pytest.raises(NotFound):
        tryons.get(made.token, VISIT)
    assert on_disk() == of_catalogue
    with reading() as session:
        assert set(session.scalars(select(Image.file))) == of_catalogue


def test_the_sweep_ends_what_has_expired():
    keep()

    assert sweep.run(clock.now() + timedelta(hours=25)).expired == 1
    assert on_disk() == set()


def test_names_are_given_once():
    factories.frame()
    with pytest.raises(SlugTaken):
        factories.frame()
    accounts.create("ada@example.com", "correct horse battery")
    with pytest.raises(EmailTaken):
        accounts.create("ada@example.com", "correct horse battery")


def test_times_come_back_as_the_same_moment_in_utc():
    at = datetime(2026, 3, 1, 4, 0, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    with writing() as session:
        session.add(Event(kind="x", at=at))

    with reading() as session:
        found = session.scalars(select(Event.at)).one()

    assert found == at
    assert found.tzinfo is UTC
