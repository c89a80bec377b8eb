"""Of a photo that is gone nothing is left in Redis either, nor behind a link that was shared."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis
from sqlalchemy import select

from tests.factories import on_disk
from tests.servers import Server
from tests.shoppers import open_shop, result_of, send, wall_of
from webapp import create_app
from webapp.shop import sweep
from webapp.storage import clock
from webapp.storage.database import reading
from webapp.storage.visit_tables import Share
from webapp.web.limits import limiter

LINK = re.compile(r'id="share-url"[^>]*value="http://[^/]+(/s/[\w-]+)"')
PICTURE = re.compile(r'(/photos/[\w-]+/on/[^"\s]+\.jpg[^"\s]*)')


@pytest.fixture
def app(tmp_path: Path, stock: Path, redis_server: Server) -> Iterator[Flask]:
    """A shop whose workers share a Redis."""
    Redis.from_url(redis_server.address).flushall()
    settings = {"INSTANCE_DIR": str(tmp_path / "instance"), "REDIS_URL": redis_server.address}
    app = create_app({"TESTING": True, "PAINT_AHEAD": 0, **settings})
    open_shop(app, stock)
    yield app
    # The limiter is one for all apps: let it count in memory again.
    create_app({"TESTING": True, "INSTANCE_DIR": str(tmp_path / "last"), "REDIS_URL": ""})
    limiter.reset()


def everything_in(server: Server) -> bytes:
    """Return every name and every value that lies in Redis."""
    client, found = Redis.from_url(server.address), []
    for name in client.scan_iter():
        found += [name, client.dump(name) or b""]
        if client.type(name) == b"hash":  # a dump is compressed
            found += [part for pair in client.hgetall(name).items() for part in pair]  # type: ignore[union-attr]
    return b"\n".join(found)


def link_to(client: FlaskClient, result: str) -> str:
    """Share a result with its preview picture, and return the link."""
    answer = send(client, f"{result}/share", result, hours="24", preview="y")
    found = LINK.search(client.get(answer.location).text)
    assert found
    return found[1]


@pytest.mark.parametrize("how", ["deleted", "ended", "expired"])
def test_nothing_is_left_in_redis_or_behind_a_link(
    app: Flask,
    client: FlaskClient,
    redis_server: Server,
    how: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Not the wall's pictures, not the link, not its preview, whoever asks."""
    with app.app_context():
        of_catalogue = on_disk()
    wall = wall_of(client)
    result = result_of(client, wall)
    painted = PICTURE.search(client.get(wall).text.replace("&amp;", "&"))
    assert painted
    picture = client.get(painted[1]).data
    link, friend = link_to(client, result), app.test_client()
    shown = [friend.get(address) for address in (link, f"{link}.jpg", f"{link}.jpg?w=600")]
    assert [answer.status_code for answer in shown] == [200, 200, 200]
    assert picture[:3] == b"\xff\xd8\xff"
    assert picture in everything_in(redis_server)

    if how == "deleted":
        send(client, f"{wall}/delete", wall)
    elif how == "ended":
        send(client, "/mine/end", "/privacy")
    else:
        later = clock.now() + timedelta(hours=app.config["PHOTO_HOURS"] + 1)
        monkeypatch.setattr(clock, "now", lambda: later)
        with app.app_context():
            sweep.run()

    left = everything_in(redis_server)
    assert picture not in left
    assert b":pictures:" not in left
    for name in (wall, result, link):
        assert name.rsplit("/", 1)[1].encode() not in left
    assert {friend.get(f"{link}{rest}").status_code for rest in ("", ".jpg")} <= {404, 410}
    with app.app_context(), reading() as session:
        assert session.scalars(select(Share)).all() == []
        assert on_disk() == of_catalogue
