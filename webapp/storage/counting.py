"""Where figures are counted and read: in the database's sums, or in Redis where one is set."""

import logging
from collections import defaultdict
from datetime import datetime, timedelta

from webapp.errors import Busy
from webapp.storage import belongings, clock, mirror, tallies
from webapp.storage.database import reading, writing
from webapp.storage.mirror import Mirror
from webapp.storage.tallies import DAY, NOTHING, Buckets, Fold, Sort, Sum

TRIES = 3  # others may fold between two looks; then the database is asked

log = logging.getLogger(__name__)


def fold() -> None:
    """Bring every event into the sums."""
    while folded := tallies.fold_some():
        share(folded)


def drop_before(moment: datetime) -> None:
    """Delete the single events of before that moment; the sums that hold them stay."""
    while tallies.drop_some(moment) == tallies.GONE:
        pass


def share(folded: Fold) -> None:
    """Add a fold to the mirror, if there is one; one that fails is brought up to date later."""
    there = belongings.only(mirror.make)
    if there is None:
        return
    try:
        there.add(folded)
    except mirror.FAILURES as error:
        log.warning("Redis did not take the figures: %s", error)


def buckets(grain: str, since: datetime, until: datetime) -> Buckets:
    """Return every hour's or day's sums from `since` on and before `until`; all events count.

    Args:
        since, until: starts of an hour or a day, as the grain says.
    """
    try:
        fold()
        return summed(grain, since, until)
    except Busy:  # SQLite alone, where a session is a snapshot
        with reading() as session:
            return tallies.with_waiting(session, grain, since, until)


def summed(grain: str, since: datetime, until: datetime) -> Buckets:
    """Return what the mirror has summed up, or the database. Raises `Busy`, as writing does."""
    there = belongings.only(mirror.make)
    if there is not None:
        try:
            return mirrored(there, grain, since, until)
        except mirror.FAILURES as error:
            log.warning("Redis did not tell the figures, the database does: %s", error)
    with reading() as session:
        return tallies.read(session, grain, since, until)


def mirrored(there: Mirror, grain: str, since: datetime, until: datetime) -> Buckets:
    """Return the mirror's sums, brought up to date where it had missed something."""
    for _ in range(TRIES):
        number, found = there.read(grain, since, until)
        with reading() as session:
            if number == tallies.times_folded(session):
                return found
        restore(there)
    with reading() as session:
        return tallies.read(session, grain, since, until)


def restore(there: Mirror) -> None:
    """Bring the mirror all sums anew; nobody folds meanwhile."""
    since = (clock.now() - timedelta(days=mirror.DAYS)).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    with writing() as session:
        number = tallies.hold(session)
        there.replace(number, tallies.read(session, None, since, None))


def by_sort(found: Buckets) -> dict[Sort, Sum]:
    """Return the sums of all hours or days together."""
    sums: dict[Sort, Sum] = defaultdict(lambda: NOTHING)
    for bucket, sum_ in found.items():
        sums[bucket.sort] = sums[bucket.sort].plus(sum_)
    return dict(sums)


def recounted(since: datetime, until: datetime) -> Buckets:
    """Return what the days' sums should be, counted anew from the events themselves."""
    with reading() as session:
        found = tallies.between(session, since, until)
    return {bucket: sum_ for bucket, sum_ in found.items() if bucket.grain == DAY}
