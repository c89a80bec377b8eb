"""A shop served on loopback for a while, as `make run` serves one, from a folder of its own."""

import contextlib
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import click

from webapp.config import ROOT
from webapp.jobs.serving import WEB

FURNISH = (sys.executable, "-m", "flask", "--app", "wsgi", "bench", "furnish")
START_SECONDS = 120.0
GLANCE = 0.1  # s


@dataclass
class Served:
    """A running server; `process` is gunicorn's arbiter."""

    process: "subprocess.Popen[bytes]"
    port: int
    log: Path

    def reload(self) -> None:
        """Ask for new workers in place of the old ones, which finish what they have begun."""
        self.process.send_signal(signal.SIGHUP)

    def family(self) -> list[int]:
        """Return the arbiter's process and all below it."""
        found = [self.process.pid]
        for pid in found:
            found += children_of(pid)
        return found

    def cpu_seconds(self) -> float:
        """Return the processor time of all processes, and of those they have waited for."""
        return sum(map(cpu_of, self.family()))

    def kilobytes(self) -> int:
        """Return the memory of all processes: what they share is counted once (PSS)."""
        return sum(map(pss_of, self.family()))


def children_of(pid: int) -> list[int]:
    """Return the processes that a process has started, by any of its threads."""
    found: list[int] = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += map(int, path.read_text().split())
    return found


def cpu_of(pid: int) -> float:
    """Return a process's processor time, seconds; 0 when it has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def pss_of(pid: int) -> int:
    """Return a process's share of memory, kilobytes; 0 when it has ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """Give a folder for an instance, and remove it."""
    path = Path(tempfile.mkdtemp(prefix="lorgnette-bench-"))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def furnished(settings: Mapping[str, str]) -> str:
    """Run `bench furnish` with these settings and return what it prints.

    Raises:
        click.ClickException: it failed; with its last words.
    """
    done = subprocess.run(
        FURNISH,
        cwd=ROOT,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise click.ClickException(f"The shop could not be made.\n{done.stderr[-2000:]}")
    return done.stdout.strip().splitlines()[-1]


@contextlib.contextmanager
def serving(settings: Mapping[str, str], log: Path) -> Iterator[Served]:
    """Serve with these settings on a free port of loopback; leave no process behind.

    Raises:
        click.ClickException: it did not start; with the end of its log.
    """
    port = free_port()
    environ = {**os.environ, **settings, "PORT": str(port), "HOST": "127.0.0.1"}
    environ |= {"BASE_URL": f"http://127.0.0.1:{port}"}
    environ.pop("PROMETHEUS_MULTIPROC_DIR", None)
    with log.open("ab") as told:
        process = subprocess.Popen(
            WEB, cwd=ROOT, env=environ, stdin=subprocess.DEVNULL, stdout=told, stderr=told
        )
    served = Served(process, port, log)
    try:
        wait_for(served)
        yield served
    finally:
        stop(served)


def wait_for(served: Served) -> None:
    """Return when the shop is ready. Raises `click.ClickException` when it isn't in time."""
    deadline = time.monotonic() + START_SECONDS
    while not is_ready(served.port):
        if served.process.poll() is not None or time.monotonic() > deadline:
            raise click.ClickException(f"It did not start.\n{served.log.read_text()[-2000:]}")
        time.sleep(GLANCE)


def is_ready(port: int) -> bool:
    """Return whether a shop at the port says that it is ready."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def stop(served: Served) -> None:
    """Ask it to stop; kill what has not after a while."""
    family = served.family()
    served.process.terminate()
    try:
        served.process.wait(20)
    except subprocess.TimeoutExpired:
        for pid in family:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        served.process.wait()


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
