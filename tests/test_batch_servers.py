"""Batches on a real PostgreSQL, woken through a real Redis; skipped where they aren't installed."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.factories import FakeFinder, photo, published, see_with
from tests.servers import Server, new_database
from webapp import create_app, storage
from webapp.errors import LorgnetteError
from webapp.queue import Bell
from webapp.shop import batch_photos, batches
from webapp.shop.batch_views import BatchView
from webapp.shop.batch_work import Worker
from webapp.storage import database

OWNER = "api-key-1"


@pytest.fixture
def shop(postgres_server: Server, redis_server: Server, tmp_path: Path) -> Iterator[Flask]:
    """A shop that keeps its rows in PostgreSQL and rings through Redis."""
    app = create_app(
        {
            "TESTING": True,
            "INSTANCE_DIR": str(tmp_path),
            "DATABASE_URL": new_database(postgres_server, "batches"),
            "REDIS_URL": redis_server.address,
        }
    )
    with app.app_context():
        storage.migrate()
        published("ada")
        see_with(FakeFinder())
        yield app
        database.dispose()


def batch_of(count: int) -> BatchView:
    made = batches.create(["ada/black", "ada/red"], owner=OWNER, consent="v")
    for seed in range(count):
        batch_photos.add(made.token, OWNER, f"me-{seed}.jpg", photo(320, 240, seed))
    return batches.start(made.token, OWNER)


def test_four_workers_at_once_do_everything_once(shop: Flask):
    view = batch_of(24)

    def work(name: str) -> None:
        with shop.app_context():
            while Worker(name).step():
                pass

    workers = [threading.Thread(target=work, args=(f"w{number}",)) for number in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    view = batches.get(view.token, OWNER)
    assert (view.state, view.done, view.failed) == ("done", 48, 0)
    found, total = batches.items(view.token, OWNER)
    assert total == len({(one.number, one.look) for one in found}) == 48
    assert {one.tries for one in found} == {1}


def test_cancelled_while_it_is_worked_on_nothing_is_left_half_done(shop: Flask):
    view = batch_of(8)
    worker = Worker("w")
    taken = worker.take()
    assert taken is not None

    batches.cancel(view.token, OWNER)
    worker.work(*taken)

    view = batches.get(view.token, OWNER)
    assert (view.state, view.done) == ("cancelled", 0)
    batches.delete(view.token, OWNER)


def test_a_database_that_goes_away_and_comes_back_loses_nothing(
    shop: Flask, postgres_server: Server
):
    view = batch_of(4)
    worker = Worker("w")
    taken = worker.take()
    assert taken is not None

    with postgres_server.away(), pytest.raises(LorgnetteError):
        worker.work(*taken)

    worker.give_back(strike=True)
    while worker.step():
        pass
    view = batches.get(view.token, OWNER)
    assert (view.state, view.done, view.failed) == ("done", 8, 0)


def test_a_ring_wakes_one_worker_on_another_machine(redis_server: Server, tmp_path: Path):
    here, there = (
        Bell(redis_server.address, tmp_path / "a"),
        Bell(redis_server.address, tmp_path / "b"),
    )

    here.ring()
    here.ring()

    assert there.heard(1.0)
    assert not there.heard(0.0)
    assert not list(tmp_path.iterdir())


def test_without_redis_the_work_is_done_all_the_same(shop: Flask, redis_server: Server):
    with redis_server.away():
        view = batch_of(1)
        assert not batches.bell().heard(0.0)
        while Worker("w").step():
            pass

    assert batches.get(view.token, OWNER).done == 2
