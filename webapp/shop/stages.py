"""The stages of a request's work: each is timed, and none is begun after the deadline.

Whoever asked has gone by then, or will ask again; the work would only keep others waiting.
A stage under way is not cut short: what it computes in holds no lock that could be broken off.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from webapp.errors import Busy
from webapp.telemetry import metrics

COME_BACK_SECONDS = 5  # what a request that is past its deadline is told

_ends: ContextVar[float | None] = ContextVar("ends", default=None)  # by time.monotonic


def set_deadline(seconds: float | None) -> None:
    """Let this thread's work end within so many seconds from now; None: whenever it does."""
    _ends.set(None if seconds is None else time.monotonic() + seconds)


def seconds_left() -> float:
    """Return how long this thread's work may still take; infinite without a deadline."""
    ends = _ends.get()
    return float("inf") if ends is None else ends - time.monotonic()


def require_time() -> None:
    """Raise `Busy` if the deadline is over."""
    if seconds_left() <= 0:
        metrics.turn_away("deadline")
        raise Busy(seconds=COME_BACK_SECONDS)


@contextmanager
def stage(name: str) -> Iterator[None]:
    """Do a stage of the work inside: wait, decode, find, fit, render or encode.

    Raises:
        Busy: the deadline is over; nothing was begun.
    """
    require_time()
    with metrics.timed(name):
        yield
