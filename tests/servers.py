"""Real PostgreSQL and Redis of the tests' own; whoever asks skips where they aren't installed."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import RedisError

from tests.processes import PATIENCE, free_port, wait_until


@dataclass
class Server:
    """A server that can be stopped and come back at the same address."""

    address: str
    command: tuple[str, ...]
    folder: Path
    user: str | None = None
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        """Start it; it may take a moment to answer."""
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(
                self.command, cwd=self.folder, user=self.user, stdout=log, stderr=log
            )

    def stop(self) -> None:
        """Stop it without ceremony: for both, SIGQUIT or SIGTERM loses nothing acknowledged."""
        if self.process:
            self.process.send_signal(signal.SIGQUIT if self.user else signal.SIGTERM)
            self.process.wait(PATIENCE)
        self.process = None

    @contextlib.contextmanager
    def away(self) -> Iterator[None]:
        """Stop it for a while."""
        self.stop()
        try:
            yield
        finally:
            self.start()
            self.wait()

    def wait(self) -> None:
        """Return when it answers."""
        answers = redis_answers if self.address.startswith("redis") else postgres_answers
        wait_until(lambda: answers(self.address), f"{self.command[0]} answers")


@pytest.fixture(scope="session")
def redis_server() -> Iterator[Server]:
    """A Redis that keeps nothing on disk."""
    program = shutil.which("redis-server") or pytest.skip("Redis is not installed")
    folder, port = Path(tempfile.mkdtemp(prefix="redis")), free_port()
    command = (program, "--port", str(port), "--bind", "127.0.0.1", "--save", "")
    server = Server(f"redis://127.0.0.1:{port}/0", command, folder)
    yield from served(server)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """A PostgreSQL on a socket in a short-lived folder; its databases are the tests' own."""
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    initdb, postgres = postgres_program("initdb"), postgres_program("postgres")
    user = "postgres" if os.geteuid() == 0 else None  # the server refuses to run as root
    folder = Path(tempfile.mkdtemp(prefix="pg"))  # pytest's own folders are too deep for a socket
    if user:
        shutil.chown(folder, user)
    data = str(folder / "data")
    make = (initdb, "-D", data, "-U", "shop", "-A", "trust", "-E", "UTF8", "--no-sync")
    subprocess.run(make, check=True, user=user, cwd=folder, stdout=subprocess.DEVNULL)
    options = ("listen_addresses=", "fsync=off", f"unix_socket_directories={folder}")
    command = (postgres, "-D", data, *(f"--{option}" for option in options))
    yield from served(Server(f"postgresql://shop@/postgres?host={folder}", command, folder, user))


def served(server: Server) -> Iterator[Server]:
    """Start the server, give it, and leave nothing of it."""
    try:
        server.start()
        server.wait()
        yield server
    finally:
        server.stop()
        shutil.rmtree(server.folder, ignore_errors=True)


def postgres_program(name: str) -> str:
    """Return the path of one of PostgreSQL's programs; Debian keeps them off the PATH."""
    for path in sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True):
        return str(path)
    return shutil.which(name) or pytest.skip("PostgreSQL is not installed")


def redis_answers(address: str) -> bool:
    """Tell whether Redis answers there."""
    with Redis.from_url(address) as client, contextlib.suppress(RedisError):
        return bool(client.ping())
    return False


def postgres_answers(address: str) -> bool:
    """Tell whether PostgreSQL answers there."""
    import psycopg

    with contextlib.suppress(psycopg.OperationalError):
        psycopg.connect(address).close()
        return True
    return False


def new_database(server: Server, name: str) -> str:
    """Make an empty database on a PostgreSQL server and return its address."""
    import psycopg

    with psycopg.connect(server.address, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}"')
    return server.address.replace("/postgres?", f"/{name}?")
