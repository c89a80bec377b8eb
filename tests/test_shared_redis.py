"""Redis, shared by several processes: limits hold for all, and its absence refuses nobody."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from redis import Redis

from tests.servers import Server
from tests.shoppers import csrf_of, open_shop
from webapp import create_app
from webapp.errors import RedisAway, RedisUnfit
from webapp.storage import shared
from webapp.web.limits import limiter

LOGINS = 3


@pytest.fixture(autouse=True)
def clean(redis_server: Server, tmp_path: Path) -> Iterator[None]:
    """Nothing is counted yet, and nothing afterwards."""
    Redis.from_url(redis_server.address).flushall()
    yield
    # The limiter is one for all apps: let it count in memory again.
    shop(tmp_path / "last", "")
    limiter.reset()


def shop(folder: Path, address: str) -> Flask:
    """A process's app, of those that share this Redis."""
    settings = {"INSTANCE_DIR": str(folder), "REDIS_URL": address, "LOGINS_PER_HOUR": LOGINS}
    return create_app({"TESTING": True, "SECRET_KEY": "the same in all", **settings})


def log_in(app: Flask) -> int:
    """Try to sign in as nobody; return the status."""
    client = app.test_client()
    token = csrf_of(client, "/admin/login")
    fields = {"csrf_token": token, "email": "nobody@example.org", "password": "wrong"}
    return client.post("/admin/login", data=fields).status_code


@pytest.fixture
def app(tmp_path: Path, stock: Path, redis_server: Server) -> Flask:
    """A shop whose limits lie in Redis."""
    app = shop(tmp_path / "instance", redis_server.address)
    open_shop(app, stock)
    return app


def test_a_limit_is_counted_where_all_workers_see_it(app: Flask, redis_server: Server):
    """Another process starts from what this one has counted."""
    assert [log_in(app) for _ in range(LOGINS)] == [401] * LOGINS

    again = shop(Path(app.instance_path), redis_server.address)

    assert log_in(again) == 429


def test_no_address_of_a_visitor_lies_in_redis(app: Flask, redis_server: Server):
    log_in(app)

    keys = list(Redis.from_url(redis_server.address).scan_iter())
    assert keys
    for key in keys:
        assert b"127.0.0.1" not in key
        assert shared.PREFIX.encode() in key


def test_while_redis_is_away_the_process_counts_by_itself(app: Flask, redis_server: Server):
    """Nobody is refused for it, nobody may guess passwords without end."""
    assert log_in(app) == 401

    with redis_server.away():
        statuses = [log_in(app) for _ in range(LOGINS + 1)]

    assert statuses == [401] * LOGINS + [429]


def test_redis_is_checked_before_the_shop_opens(app: Flask):
    with app.app_context():
        shared.require()


@pytest.mark.parametrize("address", ["redis://127.0.0.1:1/0", ""])
def test_a_redis_that_is_not_there_is_told(tmp_path: Path, address: str):
    with shop(tmp_path, address).app_context(), pytest.raises(RedisAway) as caught:
        shared.require()

    assert caught.value.params["reason"]


@contextlib.contextmanager
def pretender(version: str) -> Iterator[str]:
    """A server that says it is a Redis of this version, and gives its address."""
    told = f"# Server\r\nredis_version:{version}\r\n".encode()

    def answer(listening: socket.socket) -> None:
        connection, _ = listening.accept()
        with connection, contextlib.suppress(OSError):
            while asked := connection.recv(4096):
                for command in asked.split(b"*")[1:]:
                    info = f"${len(told)}\r\n".encode() + told + b"\r\n"
                    connection.sendall(info if b"INFO" in command else b"+OK\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=answer, args=(listening,), daemon=True).start()
        yield f"redis://127.0.0.1:{listening.getsockname()[1]}/0"


def test_a_redis_too_old_is_refused_by_its_version(tmp_path: Path):
    with (
        pretender("5.0.14") as address,
        shop(tmp_path, address).app_context(),
        pytest.raises(RedisUnfit) as caught,
    ):
        shared.require()

    assert caught.value.params == {"version": "5.0.14", "least": "6.0"}


def test_a_redis_newer_than_any_known_is_tried(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    """It most likely works; who runs it is told that nobody has tried."""
    with pretender("99.1.0") as address, shop(tmp_path, address).app_context():
        shared.require()

    assert "99.1.0" in caplog.text
