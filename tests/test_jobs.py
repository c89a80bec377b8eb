"""The supervisor and the sweep's clock, with real processes."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.processes import (
    PATIENCE,
    children_of,
    command_of,
    free_port,
    needs_proc,
    runs,
    wait_until,
)
from webapp import create_app, storage
from webapp.eyewear.frame import Build, SizeMarks
from webapp.jobs.keeping import Kept
from webapp.jobs.serving import answers
from webapp.shop import catalogue

ROOT = Path(__file__).parent.parent
SERVE = (sys.executable, "-m", "flask", "--app", "wsgi", "serve")

pytestmark = needs_proc


@dataclass
class Served:
    """A shop that `flask serve` has opened: its process, its port, and what it said."""

    process: subprocess.Popen[bytes]
    environ: dict[str, str]
    log: Path

    @property
    def port(self) -> int:
        return int(self.environ["PORT"])


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[Served]:
    """Serve a shop whose database and files lie in `folder`; leave no process behind."""
    environ = prepare(folder)
    with open(folder / "log", "wb") as log:
        process = subprocess.Popen(
            SERVE, cwd=ROOT, env=environ, stdout=log, stderr=log, stdin=subprocess.DEVNULL
        )
    served = Served(process, environ, folder / "log")
    started: set[int] = set()
    try:
        wait_until(
            lambda: (
                process.poll() is not None
                or (answers(served.port) and len(family_of(process.pid)) >= 3)
            ),
            "gunicorn, its worker and the clock run",
        )
        started = family_of(process.pid)
        yield served
    finally:
        for pid in {process.pid, *started, *family_of(process.pid)}:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait()


def prepare(folder: Path) -> dict[str, str]:
    """Make a shop's database with one frame; return the environment that leads to it."""
    settings = {
        "DATABASE_URL": f"sqlite:///{folder / 'lorgnette.sqlite'}",
        "FILES_DIR": str(folder / "files"),
        "SECRET_KEY": "for-tests-alone",
        "PORT": str(free_port()),
    }
    app = create_app({"INSTANCE_DIR": str(folder), **settings})
    with app.app_context():
        storage.migrate()
        catalogue.add_frame(  # so that no time goes into drawing the demo catalogue
            slug="one", name="One", brand="Test", shape="round", material="metal",
            gender="unisex", marks=SizeMarks(50, 40, 20, 140, 138), build=Build(),
            price_cents=100,
        )  # fmt: skip
        storage.database.dispose()
    return {**os.environ, **settings}


@pytest.fixture(scope="module")
def open_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One shop for the tests that leave it open."""
    with serving(tmp_path_factory.mktemp("open")) as served:
        yield served


@pytest.fixture
def shop_to_close(tmp_path: Path) -> Iterator[Served]:
    """A shop of the test's own, to be closed in one way or another."""
    with serving(tmp_path) as served:
        yield served


def family_of(pid: int) -> set[int]:
    """Return the processes below `pid`, two levels deep."""
    children = children_of(pid)
    return children.union(*(children_of(child) for child in children))


def clock_of(pid: int) -> int | None:
    """Return the sweep's clock among the supervisor's children."""
    clocks = [child for child in children_of(pid) if " worker " in command_of(child)]
    return clocks[0] if clocks else None


def test_the_shop_answers(open_shop: Served) -> None:
    """Visitors are served, and whoever started it is told where and how to become admin."""
    address = f"http://127.0.0.1:{open_shop.port}"

    with urllib.request.urlopen(f"{address}/healthz") as response:
        assert response.status == 200
    wait_until(lambda: f"{address}/" in open_shop.log.read_text(), "the address is told")
    assert "admin create" in open_shop.log.read_text()


def test_a_killed_clock_comes_back(open_shop: Served) -> None:
    """The sweep goes on although its process was killed."""
    first = clock_of(open_shop.process.pid)
    assert first is not None

    os.kill(first, signal.SIGKILL)

    wait_until(lambda: clock_of(open_shop.process.pid) not in (None, first), "another starts")


def test_a_taken_port_is_told(open_shop: Served) -> None:
    """A second start says that the port is taken and how to choose another."""
    second = subprocess.run(
        SERVE, cwd=ROOT, env=open_shop.environ, capture_output=True, text=True, check=False
    )

    assert second.returncode == 1
    assert re.search(rf"{open_shop.port}.*PORT=", second.stderr)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_it_leaves_nothing(shop_to_close: Served, number: signal.Signals) -> None:
    """TERM or Ctrl-C end server and clock, with exit status 0."""
    family = family_of(shop_to_close.process.pid)

    shop_to_close.process.send_signal(number)

    assert shop_to_close.process.wait(PATIENCE) == 0
    assert not [pid for pid in family if runs(pid)]


def test_killed_it_leaves_nothing(shop_to_close: Served) -> None:
    """Even kill -9 of the supervisor ends server and clock: they see that it is gone."""
    family = family_of(shop_to_close.process.pid)

    shop_to_close.process.kill()

    wait_until(lambda: not [pid for pid in family if runs(pid)], "nothing is left")


def test_a_server_that_ends_ends_the_shop(shop_to_close: Served) -> None:
    """Nobody is left to believe that a shop without a server is open."""
    supervisor = shop_to_close.process
    family = family_of(supervisor.pid)
    (server,) = (pid for pid in children_of(supervisor.pid) if "gunicorn" in command_of(pid))

    os.kill(server, signal.SIGKILL)

    assert supervisor.wait(PATIENCE) != 0
    wait_until(lambda: not [pid for pid in family if runs(pid)], "nothing is left")


def test_a_clock_that_keeps_dying_is_given_longer_pauses() -> None:
    """A fault that stays does not keep the processor busy; one that passes costs a second."""
    kept = Kept("clock", (sys.executable, "-c", "raise SystemExit(1)"), dict(os.environ))
    pauses = []
    for _ in range(3):
        kept.due = 0.0
        kept.tend()
        assert kept.process is not None
        kept.process.wait()
        kept.tend()
        pauses.append(kept.pause)

    assert pauses == sorted(pauses)
    assert pauses[-1] > pauses[0]


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"REDIS_URL": "redis://127.0.0.1:1/0"}, "Redis does not answer at REDIS_URL"),
        ({"WEB_WORKERS": "2"}, "WEB_WORKERS=2 needs REDIS_URL"),
        ({"DATABASE_URL": "postgresql://shop:s3cret@127.0.0.1:1/shop"}, "database does not answer"),
    ],
    ids=lambda given: next(iter(given)) if isinstance(given, dict) else "",
)
def test_a_server_that_is_missing_is_told_before_the_shop_opens(
    tmp_path: Path, settings: dict[str, str], told: str
) -> None:
    """In a sentence, without a traceback and without a password."""
    environ = {**prepare(tmp_path), **settings}

    done = subprocess.run(SERVE, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert "s3cret" not in done.stderr
