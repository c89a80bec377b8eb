"""A served shop under more than it can do, while it is reloaded, and before stalled senders."""

import contextlib
import http.client
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.factories import photo
from tests.processes import needs_proc, runs, wait_until
from webapp import create_app, storage
from webapp.cli.load import Call, for_requests, form_with, press
from webapp.cli.served import Served, children_of, serving
from webapp.shop import api_keys

BODY_SECONDS = 5

pytestmark = needs_proc


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, stock: Path) -> Path:
    """A shop with two frames."""
    path = tmp_path_factory.mktemp("load")
    shutil.copytree(stock, path, dirs_exist_ok=True)
    return path


@pytest.fixture(scope="module")
def served(folder: Path) -> Iterator[Served]:
    """It does one thing at a time and lets one wait, so that a few clients are too many."""
    settings = settings_in(folder) | {
        "MODEL_SLOTS": "1",
        "MODEL_QUEUE": "1",
        "WEB_THREADS": "4",
        "REQUEST_SECONDS": str(BODY_SECONDS),
        "API_CALLS_PER_MINUTE": "1000000",
    }
    with serving(settings, folder / "log") as running:
        yield running


def settings_in(folder: Path) -> dict[str, str]:
    return {
        "DATABASE_URL": f"sqlite:///{folder / 'lorgnette.sqlite'}",
        "FILES_DIR": str(folder / "files"),
        "SECRET_KEY": "for tests alone",
    }


@pytest.fixture(scope="module")
def key(folder: Path) -> str:
    """An API key."""
    app = create_app({"INSTANCE_DIR": str(folder), **settings_in(folder)})
    with app.app_context():
        _, token = api_keys.create("crowd", attested=True)
        storage.database.dispose()
    return token


@pytest.fixture(scope="module")
def faces(served: Served, key: str) -> Call:
    """A call that needs the model, which is there: the faces in a photo that has none."""
    kind, body = form_with(photo(320, 240))
    headers = {"Authorization": f"Bearer {key}", "Content-Type": kind}
    call = Call("POST", "/api/v1/faces", headers, body)
    wait_until(
        lambda: bool(press(served.port, call, clients=1, going_on=for_requests(1)).seconds),
        "the model is loaded",
    )
    return call


def test_a_crowd_is_served_or_told_when_to_come_back(served: Served, faces: Call):
    """Nothing else happens to anybody: no 500, no connection cut, no 503 without a time."""
    outcome = press(served.port, faces, clients=12, going_on=for_requests(60))

    assert not outcome.failures
    assert outcome.seconds
    assert outcome.turned_away


def test_what_needs_no_model_is_answered_in_the_middle_of_a_crowd(served: Served, faces: Call):
    over = threading.Event()
    crowd = threading.Thread(
        target=press, args=(served.port, faces),
        kwargs={"clients": 6, "going_on": lambda begun, since: not over.is_set()},
    )  # fmt: skip
    crowd.start()
    try:
        pages = press(served.port, Call("GET", "/privacy", {}), clients=1, going_on=for_requests(5))
    finally:
        over.set()
        crowd.join()

    assert (len(pages.seconds), dict(pages.failures)) == (5, {})


def test_a_reload_under_load_loses_no_request(served: Served, faces: Call):
    """New workers take over while the old ones end what they have begun."""
    before = set(children_of(served.process.pid))
    renewed = threading.Event()

    def reload() -> None:
        served.reload()
        wait_until(
            lambda: bool(before) and not any(runs(pid) for pid in before), "workers are renewed"
        )
        renewed.set()

    turner = threading.Thread(target=reload)
    turner.start()
    outcome = press(
        served.port, faces, clients=3, going_on=lambda begun, since: not renewed.is_set()
    )
    turner.join()

    assert not outcome.failures
    assert set(children_of(served.process.pid)).isdisjoint(before)


def test_the_arbiter_never_loads_what_must_not_fork(served: Served, faces: Call):
    """Workers have torch, and were forked from a process that has not."""
    press(served.port, faces, clients=1, going_on=for_requests(1))

    assert "libtorch" not in Path(f"/proc/{served.process.pid}/maps").read_text()
    workers = children_of(served.process.pid)
    assert any("libtorch" in Path(f"/proc/{pid}/maps").read_text() for pid in workers)


def test_stalled_senders_hold_no_thread_for_ever(served: Served, key: str):
    """As many as there are threads; each is told that it took too long, and pages go on."""
    stalled = [stall(served.port, key) for _ in range(4)]

    answers = [one.recv(65536) for one in stalled]

    for answer in answers:
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert b"application/problem+json" in answer
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=60)
    connection.request("GET", "/healthz")
    assert connection.getresponse().status == 200
    connection.close()
    for one in stalled:
        one.close()


def stall(port: int, key: str) -> socket.socket:
    """Begin to send a photo, and stop half-way."""
    kind, body = form_with(photo(320, 240))
    head = (
        f"POST /api/v1/faces HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    connection = socket.create_connection(("127.0.0.1", port), timeout=60)
    connection.sendall(head.encode() + body[: len(body) // 2])
    return connection


def test_a_sender_that_drips_is_stopped_as_well(served: Served, key: str):
    """The time is that of the whole body, not of the pause between two drops."""
    connection = stall(served.port, key)
    deadline = time.monotonic() + 60
    connection.settimeout(0.3)

    told = b""
    while not told and time.monotonic() < deadline:
        try:
            told = connection.recv(65536)
        except TimeoutError:
            with contextlib.suppress(OSError):  # it has hung up; what it said is read next
                connection.sendall(b"x")
    connection.close()

    assert told.startswith(b"HTTP/1.1 408 ")
