"""Pictures that workers share through Redis: found by all, gone with their photo, nameless."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from redis import Redis

from tests.factories import FakeFinder, keep, published, see_with
from tests.servers import Server
from webapp import create_app, storage
from webapp.fitting.scale import Told, typed
from webapp.shop import photos, sweep, wall
from webapp.shop.easel import Wish
from webapp.storage import clock, pinboard

VISIT = "the-visit-that-owns-it"
PICTURE = b"\xff\xd8\xff a picture"


@pytest.fixture
def apps(tmp_path: Path, redis_server: Server) -> Iterator[list[Flask]]:
    """Two workers of one shop."""
    Redis.from_url(redis_server.address).flushall()
    settings = {"INSTANCE_DIR": str(tmp_path), "REDIS_URL": redis_server.address}
    made = [create_app({"TESTING": True, **settings}) for _ in range(2)]
    with made[0].app_context():
        storage.migrate()
        published("ada")
    yield made
    create_app({"TESTING": True, "INSTANCE_DIR": str(tmp_path), "REDIS_URL": ""})


@pytest.fixture
def painted(apps: list[Flask], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which pictures were painted."""
    done: list[str] = []

    def draw(*args: object, **how: object) -> bytes:
        done.append("black")
        return PICTURE + b"black"

    monkeypatch.setattr("webapp.shop.tryons.draw", draw)
    return done


def seen_by(app: Flask, token: str, variant: str = "black", told: Told | None = None) -> bytes:
    """Return what a worker shows on the wall."""
    with app.app_context():
        see_with(FakeFinder())
        return wall.picture(token, VISIT, wish(variant, told))


def wish(variant: str = "black", told: Told | None = None) -> Wish:
    return Wish("ada", variant, "artwork-1", 0, told or Told(), 480)


def kept(app: Flask) -> str:
    """Return the token of a photo."""
    with app.app_context():
        see_with(FakeFinder())
        return keep().token


def names(server: Server) -> list[str]:
    return sorted(name.decode() for name in Redis.from_url(server.address).scan_iter())


def test_a_picture_is_painted_once_for_all_workers(apps: list[Flask], painted: list[str]):
    token = kept(apps[0])

    shown = [seen_by(app, token) for app in apps]

    assert shown == [PICTURE + b"black"] * 2
    assert painted == ["black"]


def test_what_is_known_of_the_face_makes_it_another_picture(apps: list[Flask], painted: list[str]):
    token = kept(apps[0])

    for told in (Told(), typed(61.0), typed(62.0)):
        seen_by(apps[0], token, told=told)

    assert len(painted) == 3


def test_nothing_can_be_read_from_the_names(
    apps: list[Flask], painted: list[str], redis_server: Server
):
    """Neither the photo's token nor the PD, and it ends by itself."""
    token = kept(apps[0])
    seen_by(apps[0], token, told=typed(61.5))
    client = Redis.from_url(redis_server.address)

    (name,) = names(redis_server)
    fields = client.hkeys(name)

    assert token not in name
    assert name.startswith("lorgnette:pictures:")
    assert all(len(one) == 64 and b"61.5" not in one for one in fields)  # type: ignore[union-attr]
    assert 0 < int(client.ttl(name)) <= 600  # type: ignore[arg-type]


def test_a_deleted_photos_pictures_are_gone_at_once(
    apps: list[Flask], painted: list[str], redis_server: Server
):
    token = kept(apps[0])
    seen_by(apps[0], token)

    with apps[1].app_context():
        photos.delete(token, VISIT)

    assert not [name for name in names(redis_server) if ":pictures:" in name]


def test_an_expired_photos_pictures_go_with_the_sweep(
    apps: list[Flask], painted: list[str], redis_server: Server
):
    token = kept(apps[0])
    seen_by(apps[0], token)

    with apps[1].app_context():
        assert sweep.run(clock.now() + timedelta(hours=25)).expired == 1

    assert not [name for name in names(redis_server) if ":pictures:" in name]


def test_a_picture_that_was_being_painted_is_not_laid_down_after_the_deletion(
    apps: list[Flask], redis_server: Server
):
    token = kept(apps[0])
    with apps[0].app_context():
        pinboard.forget(token)

        pinboard.lay_down(token, "a wish", PICTURE)

        assert pinboard.find(token, "a wish") is None
    assert not [name for name in names(redis_server) if ":pictures:" in name]


def test_while_redis_is_away_each_worker_paints_its_own(
    apps: list[Flask], painted: list[str], redis_server: Server
):
    token = kept(apps[0])

    with redis_server.away():
        shown = [seen_by(app, token) for app in apps]
        with apps[0].app_context():
            pinboard.forget(token)

    assert shown == [PICTURE + b"black"] * 2
    assert painted == ["black"] * 2


def test_without_redis_nothing_is_shared(app: Flask):
    with app.app_context():
        pinboard.lay_down("token", "a wish", PICTURE)
        pinboard.forget("token")

        assert pinboard.find("token", "a wish") is None


def test_a_picture_too_heavy_is_not_shared(apps: list[Flask]):
    with apps[0].app_context():
        pinboard.lay_down("token", "a wish", bytes(pinboard.MOST_BYTES + 1))

        assert pinboard.find("token", "a wish") is None


def test_a_painter_that_fails_lays_nothing_down(
    apps: list[Flask], redis_server: Server, monkeypatch: pytest.MonkeyPatch
):
    token = kept(apps[0])

    def fail(*args: object, **how: object) -> bytes:
        raise ValueError("in the work")

    monkeypatch.setattr("webapp.shop.tryons.draw", fail)
    with pytest.raises(ValueError, match="in the work"):
        seen_by(apps[0], token)

    assert names(redis_server) == []
