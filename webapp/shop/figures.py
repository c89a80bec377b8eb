"""What is counted of the shop's running: events that hold nothing about a face or a person.

An event is written in the transaction of what it tells of, so that neither is there without
the other. `webapp.shop.overview` reads the figures.
"""

import time
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from webapp.errors import FaceError, PhotoError
from webapp.shop import stages
from webapp.shop.views import Figures
from webapp.storage import clock, counting
from webapp.storage.database import writing
from webapp.storage.tables import Event
from webapp.storage.tallies import DAY

# The way of a visit, in this order
ARRIVAL = "arrival"  # the start page was opened, once a visit
AGREED = "agreed"  # a photo was sent with consent; reason: the consent's version
PHOTO = "photo"  # a face was found in it, and it was kept
TRY_ON = "try-on"
FAVOURITE = "favourite"  # a colourway was marked
SHOP_LINK = "shop-link"  # the way to where a frame is sold was taken
# Beside it
CONCERN = "concern"  # reason: the concern's code
REFUSED = "refused"  # reason: the error's code
DELETED = "deleted"  # by the shopper
SHARED = "shared"
LOOKS_WRONG = "looks-wrong"  # reason: what, as the shopper said
STEP = "step"  # a visit came this far for the first time; reason: one of the kinds of its way
VERDICT = "verdict"  # reason: narrow, good or wide; of no frame, by the hour alone
STAGE = "stage"  # how long a part of the work took; reason: which

WAY = (ARRIVAL, AGREED, PHOTO, TRY_ON, FAVOURITE, SHOP_LINK)


def record(kind: str, **what: Any) -> None:
    """Count something that has no other row to be written with; `what`: an event's columns."""
    with writing() as session:
        session.add(Event(kind=kind, **what))


@contextmanager
def refusals_counted() -> Iterator[None]:
    """Count what a photo or a face is refused for, by its code alone, and let it pass on."""
    try:
        yield
    except (PhotoError, FaceError) as refusal:
        record(REFUSED, reason=refusal.code)
        raise


def first(steps: Collection[str], *reached: str) -> list[Event]:
    """Return the events of a visit that came so far for the first time.

    Args:
        steps: of its way, those that it had not reached before.
        reached: where it is now.
    """
    return [Event(kind=STEP, reason=step) for step in reached if step in steps]


def verdict(of: str) -> Event:
    """Return the event of a fit: without its frame, and so late that no try-on is known by it."""
    hour = clock.now().replace(minute=0, second=0, microsecond=0)
    return Event(kind=VERDICT, reason=of, at=hour)


def today() -> Figures:
    """Return the counts since midnight UTC."""
    midnight = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    found = counting.buckets(DAY, midnight, midnight + timedelta(days=1))
    counts: Counter[str] = Counter()
    failures: Counter[str] = Counter()
    for bucket, sum_ in found.items():
        counts[bucket.sort.kind] += sum_.number
        if bucket.sort.kind == REFUSED:
            failures[bucket.sort.reason] += sum_.number
    return Figures(photos=counts[PHOTO], try_ons=counts[TRY_ON], failures=dict(failures))


class Stopwatch:
    """How long the parts of a piece of work take."""

    def __init__(self) -> None:
        self.stages: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measure a part; several of one name are added."""
        began = time.perf_counter()
        try:
            with stages.stage(name):
                yield
        finally:
            spent = time.perf_counter() - began
            self.stages[name] = self.stages.get(name, 0.0) + spent

    def events(self) -> list[Event]:
        """Return one event for each part."""
        return [
            Event(kind=STAGE, reason=name, milliseconds=round(1000 * seconds))
            for name, seconds in self.stages.items()
        ]
