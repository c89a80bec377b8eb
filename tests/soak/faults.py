"""What goes wrong meanwhile: killed processes, a locked database, clients that leave half-way."""

import os
import random
import signal
import socket
import sqlite3
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.processes import children_of, command_of

LOCKED_SECONDS = 3.0  # under the five that a writer waits


@dataclass
class Shop:
    """The running shop: its supervisor's process, its port, its database, and its faults."""

    pid: int
    port: int
    database: Path
    struck: dict[str, int] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=dict)  # deeds done when each struck last

    def family(self) -> dict[int, str]:
        """Return every process below the supervisor, and its command line."""
        found: dict[int, str] = {}
        waiting = [self.pid]
        while waiting:
            for child in children_of(waiting.pop()):
                found[child] = command_of(child)
                waiting.append(child)
        return found

    def server(self) -> int | None:
        """Return gunicorn's arbiter."""
        found = [pid for pid in children_of(self.pid) if "gunicorn" in command_of(pid)]
        return found[0] if found else None

    def workers(self) -> list[int]:
        """Return the web workers."""
        server = self.server()
        return sorted(children_of(server)) if server else []

    def strike(self, names: list[str], done: Mapping[str, int]) -> None:
        """Let one of these go wrong; `done` counts what went well so far, by deed."""
        ready = [name for name in names if self.recovered(name, done)]
        name = random.choice(ready)
        FAULTS[name](self)
        self.struck[name] = self.struck.get(name, 0) + 1
        self.seen[name] = done.get(AFTER.get(name, ""), 0)

    def recovered(self, name: str, done: Mapping[str, int]) -> bool:
        """Return whether what the fault hits has done something since it struck last."""
        return name not in AFTER or done.get(AFTER[name], 0) > self.seen.get(name, 0)


def kill(pids: list[int]) -> None:
    """Kill one of the processes."""
    if pids:
        try:
            os.kill(random.choice(pids), signal.SIGKILL)
        except ProcessLookupError:
            pass


def kill_the_web_worker(shop: Shop) -> None:
    """What it was answering is cut; the arbiter starts another."""
    kill(shop.workers())


def kill_what_works_beside(shop: Shop) -> None:
    """The clock of the sweep, or the batch worker, in the middle of something perhaps."""
    kill(
        [pid for pid, line in shop.family().items() if " worker" in line or "batch-worker" in line]
    )


def kill_the_decoder(shop: Shop) -> None:
    """The process in which pictures are decoded, or a child of it at its work."""
    kill([pid for pid, line in shop.family().items() if "webapp.intake.decoder" in line])


def reload_the_server(shop: Shop) -> None:
    """HUP: a new worker comes, the old one answers what it has begun."""
    server = shop.server()
    if server:
        os.kill(server, signal.SIGHUP)


def lock_the_database(shop: Shop) -> None:
    """Somebody else writes for seconds."""
    other = sqlite3.connect(shop.database, timeout=30, isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        time.sleep(LOCKED_SECONDS)
        other.execute("ROLLBACK")
    finally:
        other.close()


def leave_in_the_middle(shop: Shop) -> None:
    """A client sends half of a photo and is gone; another does not read its answer."""
    host = f"Host: 127.0.0.1:{shop.port}\r\n"
    half = (
        f"POST /photos HTTP/1.1\r\n{host}Content-Type: multipart/form-data; boundary=b\r\n"
        "Content-Length: 900000\r\n\r\n--b\r\n"
    ).encode() + bytes(1000)
    unread = f"GET / HTTP/1.1\r\n{host}\r\n".encode()
    for data in (half, unread):
        with socket.create_connection(("127.0.0.1", shop.port), timeout=10) as client:
            client.sendall(data)


FAULTS: dict[str, Callable[[Shop], None]] = {
    fault.__name__: fault
    for fault in (
        kill_the_web_worker,
        kill_what_works_beside,
        kill_the_decoder,
        reload_the_server,
        lock_the_database,
        leave_in_the_middle,
    )
}
# What must have gone well since the last time: on a busy machine, where starting again takes half
# a minute, nothing would else ever come to its end.
AFTER = {
    "kill_the_web_worker": "photos",
    "reload_the_server": "try-ons",
    "kill_what_works_beside": "batches",
    "kill_the_decoder": "broken pictures",
}
# In the second half the web worker lives on, so that its memory can be watched.
SPARING = [name for name in FAULTS if name not in ("kill_the_web_worker", "reload_the_server")]
