"""The door to the model: so many at once, so many waiting, and everybody else comes back.

A queue that may grow makes all wait for ever longer, until nobody's answer comes in time. So
the waiting room is small, and who finds it full is told at once when to try again.
"""

import math
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from webapp.errors import Busy
from webapp.shop import stages
from webapp.telemetry import metrics

FIRST_GUESS = 0.3  # s a slot is held, before any was
LATEST = 0.1  # how much the latest holding counts in the average
LONGEST_PAUSE = 30  # s; nobody is sent away for longer


class Door:
    """Slots, and a waiting room of limited size and patience before them."""

    def __init__(self, slots: int, queue: int, wait_seconds: float) -> None:
        self._free = threading.BoundedSemaphore(slots)
        self._slots = slots
        self._queue = queue
        self._wait_seconds = wait_seconds
        self._lock = threading.Lock()
        self._waiting = 0
        self._held = FIRST_GUESS  # s, a running average

    @contextmanager
    def passed(self, *, waits: bool = True) -> Iterator[None]:
        """Hold a slot; who does not wait passes only where one is free at once.

        Raises:
            Busy: too many wait already, or none came free before patience or deadline ended;
                with the seconds after which a place should be free.
        """
        with stages.stage("wait"):
            self._enter(waits)
        begun = time.monotonic()
        metrics.current().in_flight.inc()
        try:
            stages.require_time()
            yield
        finally:
            metrics.current().in_flight.dec()
            self._free.release()
            self._learn(time.monotonic() - begun)

    def knock(self) -> None:
        """Raise `Busy` where no slot is free and the waiting room full.

        To be asked before any other work; whoever may go on is not sure of a place yet.
        """
        if self._free.acquire(blocking=False):
            self._free.release()
            return
        with self._lock:
            full = self._waiting >= self._queue
        if full:
            self._turn_away("queue full")

    def _enter(self, waits: bool) -> None:
        if self._free.acquire(blocking=False):
            return
        if not waits:
            raise Busy(seconds=self.pause())
        with self._waiting_room():
            patience = min(self._wait_seconds, max(0.0, stages.seconds_left()))
            if not self._free.acquire(timeout=patience):
                self._turn_away("waited too long")

    @contextmanager
    def _waiting_room(self) -> Iterator[None]:
        with self._lock:
            full = self._waiting >= self._queue
            self._waiting += not full
        if full:
            self._turn_away("queue full")
        metrics.current().waiting.inc()
        try:
            yield
        finally:
            metrics.current().waiting.dec()
            with self._lock:
                self._waiting -= 1

    def _turn_away(self, reason: str) -> None:
        metrics.turn_away(reason)
        raise Busy(seconds=self.pause())

    def pause(self) -> int:
        """Return the whole seconds, 1 at least, after which all who wait now should have passed."""
        with self._lock:
            ahead = (self._waiting + 1) * self._held / self._slots
        return min(max(1, math.ceil(ahead)), LONGEST_PAUSE)

    def _learn(self, seconds: float) -> None:
        with self._lock:
            self._held += LATEST * (seconds - self._held)


def slots_here(asked: int, workers: int) -> int:
    """Return how many slots one worker has: as asked, or its share of the processor's cores."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return asked or max(1, (cores or 1) // max(1, workers))
