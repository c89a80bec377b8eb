"""The supervisor and the sweep's clock, with real processes."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes import children_of, command_of, free_port, needs_proc, runs, wait_until
from webapp import create_app, jobs, storage
from webapp.eyewear.frame import Build, SizeMarks
from webapp.shop import catalogue

ROOT = Path(__file__).parent.parent

pytestmark = needs_proc


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """The environment of a shop with a database and files of its own, and one frame."""
    settings = {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'lorgnette.sqlite'}",
        "FILES_DIR": str(tmp_path / "files"),
        "SECRET_KEY": "for-tests-alone",
        "PORT": str(free_port()),
    }
    app = create_app({"INSTANCE_DIR": str(tmp_path), **settings})
    with app.app_context():
        storage.migrate()
        marks = SizeMarks(50, 40, 20, 140, 138)
        catalogue.add_frame(  # so that no time goes into drawing the demo catalogue
            slug="one", name="One", brand="Test", shape="round", material="metal",
            gender="unisex", marks=marks, build=Build(), price_cents=100,
        )  # fmt: skip
    return {**os.environ, **settings}


@pytest.fixture
def supervisor(environ: dict[str, str], tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`flask serve`, open for visitors, with its two processes."""
    with open(tmp_path / "log", "wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", "wsgi", "serve"],
            cwd=ROOT, env=environ, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    started: set[int] = set()
    try:
        port = int(environ["PORT"])
        wait_until(lambda: jobs.answers(port) or process.poll() is not None, "the shop opens")
        wait_until(lambda: clock_of(process.pid) is not None, "the clock starts")
        started = family_of(process.pid)
        yield process
    finally:
        for pid in {process.pid, *started, *family_of(process.pid)}:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait()


def family_of(pid: int) -> set[int]:
    """Return the processes below `pid`, two levels deep."""
    children = children_of(pid)
    return children.union(*(children_of(child) for child in children))


def clock_of(pid: int) -> int | None:
    """Return the sweep's clock among the supervisor's children."""
    clocks = [child for child in children_of(pid) if " worker " in command_of(child)]
    return clocks[0] if clocks else None


def test_the_shop_answers(
    supervisor: subprocess.Popen[bytes], environ: dict[str, str], tmp_path: Path
) -> None:
    """Visitors are served, and whoever started it is told where and how to become admin."""
    address = f"http://127.0.0.1:{environ['PORT']}"

    with urllib.request.urlopen(f"{address}/healthz") as response:
        assert response.status == 200
    said = tmp_path / "log"
    wait_until(lambda: f"{address}/" in said.read_text(), "the address is told")
    assert "admin create" in said.read_text()


def test_a_killed_clock_comes_back(supervisor: subprocess.Popen[bytes]) -> None:
    """The sweep goes on although its process was killed."""
    first = clock_of(supervisor.pid)
    assert first is not None

    os.kill(first, signal.SIGKILL)

    wait_until(lambda: clock_of(supervisor.pid) not in (None, first), "another clock starts")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_told_to_stop_it_leaves_nothing(
    supervisor: subprocess.Popen[bytes], number: signal.Signals
) -> None:
    """Ctrl-C, TERM or a closed terminal end server and clock, with exit status 0."""
    family = family_of(supervisor.pid)
    assert len(family) >= 3  # gunicorn, its worker, the clock

    supervisor.send_signal(number)

    assert supervisor.wait(60) == 0
    assert not [pid for pid in family if runs(pid)]


def test_killed_it_leaves_nothing(supervisor: subprocess.Popen[bytes]) -> None:
    """Even kill -9 of the supervisor ends server and clock: they see that it is gone."""
    family = family_of(supervisor.pid)

    supervisor.kill()

    wait_until(lambda: not [pid for pid in family if runs(pid)], "nothing is left")


def test_a_server_that_ends_ends_the_shop(supervisor: subprocess.Popen[bytes]) -> None:
    """Nobody is left to believe that a shop without a server is open."""
    family = family_of(supervisor.pid)
    (server,) = (pid for pid in children_of(supervisor.pid) if "gunicorn" in command_of(pid))

    os.kill(server, signal.SIGKILL)

    assert supervisor.wait(60) != 0
    wait_until(lambda: not [pid for pid in family if runs(pid)], "nothing is left")


def test_a_taken_port_is_told(supervisor: subprocess.Popen[bytes], environ: dict[str, str]) -> None:
    """A second start says that the port is taken and how to choose another."""
    second = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "serve"],
        cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    assert second.returncode == 1
    assert re.search(rf"{environ['PORT']}.*PORT=", second.stderr)


def test_a_clock_that_keeps_dying_is_given_longer_pauses() -> None:
    """A fault that stays does not keep the processor busy; one that passes costs a second."""
    kept = jobs.Kept((sys.executable, "-c", "raise SystemExit(1)"), dict(os.environ))
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
