"""A backup of a shop on PostgreSQL, brought back there and on SQLite. Skips where none is."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.factories import VISIT, FakeFinder, keep, on_disk, photo, published, see_with
from tests.servers import Server, new_database
from tests.shoppers import EMAIL, PASSWORD
from tests.test_backup import rows_of_the_catalogue
from webapp import create_app, storage
from webapp.shop import accounts, api_keys, catalogue, figures, photos, preferences, sweep, tryons
from webapp.storage import backup, database, files, restore
from webapp.storage.database import reading
from webapp.storage.tables import Event, Image, Variant


@contextmanager
def shop_at(folder: Path, address: str) -> Iterator[Flask]:
    """A migrated shop on a database."""
    folder.mkdir()
    app = create_app({"TESTING": True, "INSTANCE_DIR": str(folder), "DATABASE_URL": address})
    with app.app_context():
        storage.migrate()
        see_with(FakeFinder())
        try:
            yield app
        finally:
            database.dispose()


def address_of(kind: str, server: Server, folder: Path) -> str:
    """An empty database of a kind."""
    if kind == "sqlite":
        return f"sqlite:///{folder / 'restored.sqlite'}"
    return new_database(server, f"backup-{folder.name[-20:]}-{kind}")


def fill() -> str:
    """Put something of every kind into the shop; return an API key."""
    owner = accounts.create(EMAIL, PASSWORD, "owner")
    _, key = api_keys.create("till", attested=True)
    published("ada")
    published("bea", ("green",))
    preferences.change(owner, {"SHOP_NAME": "Bréille & Cö"})
    tryons.make(keep().token, VISIT, "ada", "black")
    assert figures.today().try_ons == 1
    return key


@pytest.mark.parametrize(
    ("source", "target"), [("postgres", "other"), ("postgres", "sqlite"), ("sqlite", "postgres")]
)
def test_a_shop_comes_back_whatever_its_database(
    postgres_server: Server, tmp_path: Path, source: str, target: str
) -> None:
    """All that is the shop's, to the last row and picture; nothing that is a shopper's."""
    file = tmp_path / "shop.zip"
    with shop_at(tmp_path / "one", address_of(source, postgres_server, tmp_path)):
        key = fill()
        before, counted = rows_of_the_catalogue(), figures.today()
        pictures = {name: files.read(name) for name in on_disk()}
        backup.write(file)

    with shop_at(tmp_path / "two", address_of(target, postgres_server, tmp_path)):
        published("in-the-way")
        restore.read(file)

        assert rows_of_the_catalogue() == before
        assert accounts.check(EMAIL, PASSWORD).role == "owner"
        assert api_keys.check(key).name == "till"
        assert [one.slug for one in catalogue.published()] == ["ada", "bea"]
        assert photos.of_visit(VISIT) == []
        assert figures.today() == counted
        with reading() as session:
            names = set(session.scalars(select(Image.file)))
        assert {name: files.read(name) for name in names}.items() < pictures.items()
        published("new")  # rows are numbered after the restored ones
        assert sweep.run().broken == ()


def test_a_backup_under_load_fits_together(postgres_server: Server, tmp_path: Path) -> None:
    """Other sessions commit meanwhile; each backup is one state of the shop all the same."""
    stop, errors = threading.Event(), list[Exception]()
    made = [tmp_path / f"{number}.zip" for number in range(3)]
    address = address_of("source", postgres_server, tmp_path)
    with shop_at(tmp_path / "one", address) as app:

        def work(number: int) -> None:
            with app.app_context():
                turn = 0
                while not stop.is_set():
                    turn += 1
                    try:
                        change(number, turn)
                    except Exception as error:
                        errors.append(error)

        threads = [threading.Thread(target=work, args=[number]) for number in range(2)]
        for thread in threads:
            thread.start()
        for file in made:
            backup.write(file)
        stop.set()
        for thread in threads:
            thread.join()
    assert errors == []

    with shop_at(tmp_path / "two", address_of("target", postgres_server, tmp_path)):
        for file in made:
            restore.read(file)
            with reading() as session:
                named = set(session.scalars(select(Image.file)))
                events: Any = session.scalar(select(func.count(Event.id)))
                hanging = select(Variant).where(~Variant.front.has())
                assert session.scalars(hanging).all() == []
            assert named <= on_disk()
            assert events >= 0
            assert all(frame.variants for frame in catalogue.published())
            assert sweep.run().broken == ()


def change(number: int, turn: int) -> None:
    """Add a frame, or let a photo come and go."""
    if number:
        kept = keep(photo(seed=turn), visit := f"visit-{number}")
        photos.delete(kept.token, visit)
    else:
        published(f"frame-{turn}", ("black",))
