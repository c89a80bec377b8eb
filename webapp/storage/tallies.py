"""The sums of events, from which figures are read at once however many events there were.

An event is written with what it tells of, in one transaction, and nothing else is touched
then. Folding adds the events that no sum holds yet, and marks them, in another: killed at any
instant, each event is in the sums once or still waits. Whoever reads figures folds first.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from webapp.storage.database import reading, writing
from webapp.storage.figure_tables import Folding, Tally
from webapp.storage.tables import Event

DAY, HOUR = "day", "hour"
BANDS = (5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000)  # ms, upper bounds
UNMEASURED = -1  # the band of events without milliseconds
MANY = 500  # events folded in one transaction, so that other writers don't wait long
GONE = 5000  # events deleted in one, likewise
COLUMNS = (
    Event.id, Event.at, Event.kind, Event.reason, Event.frame_id, Event.variant_id,
    Event.milliseconds,
)  # fmt: skip


class Sort(NamedTuple):
    """What events have in common that are counted together; as of `Tally`."""

    kind: str
    reason: str
    frame_id: int
    variant_id: int
    band: int


class Bucket(NamedTuple):
    """An hour or a day, by its start, and the sort of events in it."""

    grain: str
    at: datetime
    sort: Sort


class Sum(NamedTuple):
    """A number of events, and the sum of their milliseconds."""

    number: int
    milliseconds: int

    def plus(self, other: "Sum") -> "Sum":
        return Sum(self.number + other.number, self.milliseconds + other.milliseconds)


NOTHING = Sum(0, 0)
Buckets = dict[Bucket, Sum]


@dataclass(frozen=True)
class Fold:
    """Some events that have been added to the sums: the how-manieth such addition, and what."""

    number: int
    buckets: Buckets


def band_of(milliseconds: int | None) -> int:
    """Return the place in `BANDS` of the smallest bound that is not exceeded.

    >>> band_of(None), band_of(5), band_of(6), band_of(60_000)
    (-1, 0, 1, 12)
    """
    return UNMEASURED if milliseconds is None else bisect_left(BANDS, milliseconds)


def fold_some() -> Fold | None:
    """Add at most `MANY` events to the sums; None where every event is in them."""
    with reading() as session:
        if session.scalar(select(Event.id).where(~Event.counted).limit(1)) is None:
            return None
    with writing() as session:
        # This row first: others who fold wait here, so that none adds an event twice.
        taken = update(Folding).values(times=Folding.times + 1).returning(Folding.times)
        number = session.scalars(taken).one()
        events = list(session.execute(uncounted().order_by(Event.id).limit(MANY)))
        buckets = sum_up(events)
        add(session, buckets)
        ids = [event.id for event in events]
        session.execute(update(Event).where(Event.id.in_(ids)).values(counted=True))
    return Fold(number, buckets)


def drop_some(before: datetime) -> int:
    """Delete at most `GONE` events of before that moment, which the sums hold; return how many."""
    old = select(Event.id).where(Event.counted, Event.at < before).order_by(Event.at).limit(GONE)
    with reading() as session:
        ids = list(session.scalars(old))
    if ids:
        with writing() as session:
            session.execute(delete(Event).where(Event.id.in_(ids)))
    return len(ids)


def uncounted() -> Any:
    """Return the query for the events that no sum holds."""
    return select(*COLUMNS).where(~Event.counted)


def sum_up(events: Iterable[Row[Any]]) -> Buckets:
    """Return the sums of events, by day, and without frames by hour."""
    sums: dict[Bucket, Sum] = defaultdict(lambda: NOTHING)
    for event in events:
        one = Sum(1, event.milliseconds or 0)
        sort = sort_of(event)
        hour = event.at.replace(minute=0, second=0, microsecond=0)
        for bucket in (
            Bucket(DAY, hour.replace(hour=0), sort),
            Bucket(HOUR, hour, sort._replace(frame_id=0, variant_id=0)),
        ):
            sums[bucket] = sums[bucket].plus(one)
    return dict(sums)


def sort_of(event: Row[Any]) -> Sort:
    """Return with which events this one is counted together."""
    return Sort(
        event.kind,
        event.reason or "",
        event.frame_id or 0,
        event.variant_id or 0,
        band_of(event.milliseconds),
    )


def add(session: Session, buckets: Buckets) -> None:
    """Add to the sums that are there, and begin those that are not."""
    if not buckets:
        return
    rows = [
        {
            "grain": bucket.grain,
            "at": bucket.at,
            **bucket.sort._asdict(),
            "count": sum_.number,
            "milliseconds": sum_.milliseconds,
        }
        for bucket, sum_ in sorted(buckets.items())
    ]
    session.execute(adding(session), rows)


def adding(session: Session) -> sqlite.Insert | postgresql.Insert:
    """Return the statement that adds a row of sums, in the database's own dialect."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement: sqlite.Insert | postgresql.Insert = dialect.insert(Tally)
    return statement.on_conflict_do_update(
        index_elements=list(Tally.__table__.primary_key),
        set_={
            "count": Tally.count + statement.excluded["count"],
            "milliseconds": Tally.milliseconds + statement.excluded["milliseconds"],
        },
    )


def times_folded(session: Session) -> int:
    """Return how often events have been added to the sums."""
    return session.scalars(select(Folding.times)).one()


def hold(session: Session) -> int:
    """Return the same, and let nobody add any until the transaction's end."""
    return session.scalars(select(Folding.times).with_for_update()).one()


def read(session: Session, grain: str | None, since: datetime, until: datetime | None) -> Buckets:
    """Return the sums from `since` on and before `until`; None: of both grains, without end."""
    query = select(Tally).where(Tally.at >= since)
    if grain is not None:
        query = query.where(Tally.grain == grain)
    if until is not None:
        query = query.where(Tally.at < until)
    return {
        Bucket(
            row.grain,
            row.at,
            Sort(row.kind, row.reason, row.frame_id, row.variant_id, row.band),
        ): Sum(row.count, row.milliseconds)
        for row in session.scalars(query)
    }


def between(session: Session, since: datetime, until: datetime) -> Buckets:
    """Return the sums of the events from `since` on and before `until`, counted one by one."""
    query = select(*COLUMNS).where(Event.at >= since, Event.at < until)
    return sum_up(session.execute(query))


def with_waiting(session: Session, grain: str, since: datetime, until: datetime) -> Buckets:
    """Return the sums and what waits to be added to them: exact where a session is a snapshot."""
    found = read(session, grain, since, until)
    query = uncounted().where(Event.at >= since, Event.at < until)
    for bucket, sum_ in sum_up(session.execute(query)).items():
        if bucket.grain == grain:
            found[bucket] = found.get(bucket, NOTHING).plus(sum_)
    return found
