"""The whole shop served by two workers that share a Redis, on SQLite and on PostgreSQL alike.

Requests meet either worker. Faces in memory stay with the worker that found them; everything else
holds for both.
"""

import contextlib
import os
import re
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from redis import Redis

from tests.factories import published
from tests.processes import needs_proc, wait_until
from tests.servers import Server, new_database
from tests.visitors_by_wire import Visitor, delete, path_of
from webapp import create_app, storage
from webapp.cli.served import Served, serving
from webapp.shop import api_keys

WORKERS = 2
LOGINS = 6

pytestmark = needs_proc


@dataclass
class Shop:
    """A served shop, an API key to it, and the servers behind it."""

    served: Served
    token: str
    redis: Server
    database: Server | None

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self.served.port}"

    def visitor(self) -> Visitor:
        return Visitor(self.root)

    def program(self, token: str | None = None) -> Visitor:
        return Visitor(self.root, {"Authorization": f"Bearer {token or self.token}"})


@pytest.fixture(scope="module", params=["SQLite", "PostgreSQL"])
def shop(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    stock: Path,
    redis_server: Server,
) -> Iterator[Shop]:
    """One shop for each database."""
    folder = tmp_path_factory.mktemp(request.param)
    database: Server | None = None
    address = f"sqlite:///{folder / 'lorgnette.sqlite'}"
    if request.param == "PostgreSQL":
        database = request.getfixturevalue("postgres_server")
        address = new_database(database, "serving")
    else:
        shutil.copytree(stock, folder, dirs_exist_ok=True)
    settings = {
        "DATABASE_URL": address,
        "REDIS_URL": redis_server.address,
        "FILES_DIR": str(folder / "files"),
        "SECRET_KEY": "for tests alone",
    }
    token = furnished(folder, settings, empty=database is not None)
    environ = settings | {
        "WEB_WORKERS": str(WORKERS),
        "LOGINS_PER_HOUR": str(LOGINS),
        "WARM_MODEL": "0",  # each loads it at its first photo: most tests here need none
    }
    Redis.from_url(redis_server.address).flushall()
    with serving(environ, folder / "log") as served:
        yield Shop(served, token, redis_server, database)


def furnished(folder: Path, settings: dict[str, str], *, empty: bool) -> str:
    """Bring the shop's database up to date and return an API key's token."""
    app = create_app({"INSTANCE_DIR": str(folder), **settings})
    with app.app_context():
        if empty:
            storage.migrate()
            published("ada")
            published("bea", ("green",))
        _, token = api_keys.create("nightly", attested=True)
        storage.database.dispose()
    return token


def test_a_shoppers_way_leads_through_both_workers(shop: Shop, portrait: bytes):
    """Photo, wall, try-on, deletion: whichever worker answers, the shop is one."""
    mara, stranger = shop.visitor(), shop.visitor()

    wall = mara.upload("/photos", portrait, page="/", consent="y")
    path = path_of(wall.address)
    pictures = [mara.ask(f"{path}/on/ada/{colour}.jpg") for colour in ("black", "red")] * 3
    made = mara.send(f"{path}/try-ons", path, frame="ada", variant="red", face="0", pd_mm="61")
    results = [mara.ask(path_of(made.address)) for _ in range(6)]
    picture = mara.ask(f"{path_of(made.address)}.jpg")

    assert (wall.status, made.status) == (200, 200)
    assert path.startswith("/photos/")
    assert {one.status for one in pictures} == {200}
    assert picture.data.startswith(b"\xff\xd8\xff")
    assert {one.status for one in results} == {200}
    assert {pd_shown(one.text) for one in results} == {"61.0 ± 0.5 mm"}  # to every worker
    assert stranger.ask(path).status == 404
    mara.send(f"{path}/delete", path)
    assert {mara.ask(path).status for _ in range(6)} == {404}
    assert mara.ask(f"{path_of(made.address)}.jpg").status == 404


def pd_shown(page: str) -> str:
    """Return the far PD that a result tells."""
    found = re.search(r"for far sight</dt><dd>(.*?)<small>", page)
    assert found
    return found[1].strip()


def test_a_programs_way_leads_through_both_workers(shop: Shop, portrait: bytes):
    caller = shop.program()

    frames = caller.ask("/api/v1/frames").json
    faces = caller.upload("/api/v1/faces", portrait)
    picture = caller.upload("/api/v1/try-ons", portrait, frame="ada")
    named = Visitor(shop.root, caller.headers | {"Idempotency-Key": "order-1"})
    named.headers["Accept"] = "application/json"
    links = [named.upload("/api/v1/try-ons", portrait, frame="ada").json for _ in range(3)]
    fetched = [caller.ask(links[0]["url"]).status for _ in range(4)]
    gone = delete(shop.root, path_of(links[0]["url"]), shop.token)

    assert [one["slug"] for one in frames["frames"]] == ["ada", "bea"]
    assert len(faces.json["faces"]) == 1
    assert picture.data.startswith(b"\xff\xd8\xff")
    assert len({one["id"] for one in links}) == 1
    assert (fetched, gone) == ([200] * 4, 204)
    assert caller.ask(links[0]["url"]).status == 404


def test_a_limit_holds_for_both_workers_together(shop: Shop):
    """Asked at the same time by many connections, exactly as many pass as may."""
    logins = [shop.visitor() for _ in range(LOGINS + 4)]

    def sign_in(visitor: Visitor) -> int:
        fields = {"email": "nobody@example.org", "password": "wrong"}
        return visitor.send("/admin/login", "/admin/login", **fields).status

    with ThreadPoolExecutor(8) as together:
        statuses = list(together.map(sign_in, logins))

    assert sorted(statuses) == [401] * LOGINS + [429] * 4


def test_both_workers_are_counted_together(shop: Shop):
    asked = [shop.visitor().ask("/privacy").status for _ in range(20)]

    told = shop.visitor().ask("/metrics").text

    assert asked == [200] * 20
    assert 'lorgnette_requests_total{method="GET",route="/privacy",status="200"} 20.0' in told
    assert 'lorgnette_model_version{version="shipped"} 1.0' in told
    assert len(shop.served.family()) >= 1 + WORKERS


def test_a_worker_that_dies_is_replaced_and_nothing_is_lost(shop: Shop, portrait: bytes):
    """What was kept is served by the next one."""
    mara = shop.visitor()
    path = path_of(mara.upload("/photos", portrait, page="/", consent="y").address)
    before = set(shop.served.family())
    victims = before - {shop.served.process.pid}

    for pid in victims:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, 9)

    wait_until(lambda: len(set(shop.served.family()) - before) >= WORKERS, "workers are replaced")
    wait_until(lambda: answers(mara, f"{path}.jpg"), "the photo is shown again")


def answers(visitor: Visitor, path: str) -> bool:
    """Tell whether the path is answered."""
    with contextlib.suppress(OSError):
        return visitor.ask(path).status == 200
    return False


def test_while_redis_is_away_the_shop_goes_on(shop: Shop, portrait: bytes):
    """And it takes Redis up again by itself."""
    with shop.redis.away():
        mara = shop.visitor()
        wall = mara.upload("/photos", portrait, page="/", consent="y")
        ready = mara.ask("/readyz")
        called = shop.program().ask("/api/v1/frames")

    assert (wall.status, called.status) == (200, 200)
    assert (ready.status, ready.json["parts"]["redis"]) == (200, "redis-away")
    wait_until(
        lambda: shop.visitor().ask("/readyz").json["parts"]["redis"] == "ok", "Redis is used again"
    )


@pytest.mark.parametrize("shop", ["PostgreSQL"], indirect=True)
def test_while_the_database_is_away_it_says_when_to_come_back(shop: Shop, portrait: bytes):
    """A page to people and a problem to programs; and it goes on by itself."""
    assert shop.database
    mara = shop.visitor()
    path = path_of(mara.upload("/photos", portrait, page="/", consent="y").address) + ".jpg"

    with shop.database.away():
        page, call = mara.ask(path), shop.program().ask("/api/v1/frames")
        ready, alive = mara.ask("/readyz"), mara.ask("/healthz")

    assert (page.status, call.status) == (503, 503)
    assert int(page.headers["Retry-After"]) > 0
    assert int(call.headers["Retry-After"]) > 0
    assert call.headers["Content-Type"] == "application/problem+json"
    assert call.json["code"] == "database-away"
    assert (ready.status, ready.json["parts"]["database"]) == (503, "database-away")
    assert alive.status == 200
    assert {mara.ask(path).status for _ in range(6)} == {200}


def test_its_log_names_nobody(shop: Shop):
    """Not even after servers were away and workers were killed."""
    told = shop.served.log.read_text()

    assert "/photos/" not in told.replace("/photos/<token>", "")
    assert shop.token not in told
    assert "nobody@example.org" not in told
