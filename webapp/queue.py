"""The bell that wakes workers. It carries nothing: what there is to do, the database's rows say.

huey's storages move it: a SQLite file of its own, or Redis, which several machines can share.
huey's tasks are not used: they are lost with the worker that has taken them, and are pickles,
which whoever can write to Redis could make run anything.
"""

import logging
import sqlite3
import time
from pathlib import Path

from huey.storage import BaseStorage, RedisStorage, SqliteStorage
from redis import ConnectionPool
from redis.exceptions import RedisError

NAME = "lorgnette_batches"
CALL = b"wake"
GLANCE = 0.5  # s between two looks into a queue that is empty
ANSWER_SECONDS = 2.0  # no command to Redis waits longer
FAULTS = (RedisError, OSError, sqlite3.Error)

log = logging.getLogger(__name__)


class Bell:
    """A queue of calls, of which one wakes one worker."""

    def __init__(self, redis_url: str, file: Path) -> None:
        """Ring through Redis where there is one, else through a SQLite file; neither is opened."""
        self.redis_url = redis_url
        self.file = file
        self._storage: BaseStorage | None = None

    def storage(self) -> BaseStorage:
        """Return huey's storage, opened at the first call."""
        if self._storage is None:
            self._storage = self.open()
        return self._storage

    def open(self) -> BaseStorage:
        """Open the queue. The calls need not survive: one that is lost costs some seconds."""
        if self.redis_url:
            pool = ConnectionPool.from_url(
                self.redis_url, socket_timeout=ANSWER_SECONDS, socket_connect_timeout=ANSWER_SECONDS
            )
            return RedisStorage(NAME, blocking=False, connection_pool=pool)
        self.file.parent.mkdir(parents=True, exist_ok=True)
        return SqliteStorage(NAME, filename=str(self.file), fsync=False)

    def ring(self) -> None:
        """Wake a worker, unless one is being woken; without a queue they look by themselves."""
        try:
            if self.storage().queue_size() == 0:
                self.storage().enqueue(CALL)
        except FAULTS as fault:
            log.warning("the queue can't be reached, workers look by themselves: %s", fault)

    def heard(self, seconds: float) -> bool:
        """Wait for the bell, `seconds` at most, and tell whether it rang for us."""
        deadline = time.monotonic() + seconds
        while True:
            left = deadline - time.monotonic()
            try:
                if self.storage().dequeue() is not None:
                    return True
            except FAULTS as fault:
                log.warning("the queue can't be reached: %s", fault)
                time.sleep(max(0.0, left))
                return False
            if left <= 0:
                return False
            time.sleep(min(GLANCE, left))
