"""The shop's figures: now, today, and over thirty days.

They hold counts alone. Days are UTC's. Each period is read from sums (`webapp.storage.counting`)
that every event up to this moment is part of; "now" from the events of the last minutes.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from webapp.shop import figures
from webapp.storage import catalogue as rows
from webapp.storage import clock, counting
from webapp.storage.database import reading
from webapp.storage.tallies import BANDS, DAY, HOUR, UNMEASURED, Buckets, Sort, Sum

NOW_MINUTES = 15
DAYS = 30
STAGES = ("decode", "faces", "encode", "render")  # in the order of the work


class Period(StrEnum):
    """Over which time the figures go."""

    NOW = "now"
    TODAY = "today"
    MONTH = "30-days"


@dataclass(frozen=True)
class Step:
    """How many visits came so far; `share`: of those that arrived, 0 to 1; None of none."""

    name: str
    count: int
    share: float | None


@dataclass(frozen=True)
class Interest:
    """How often a frame, or one of its colourways (`variant`), was tried, marked and followed."""

    frame: str
    slug: str
    variant: str
    tried: int
    favourites: int
    clicks: int


@dataclass(frozen=True)
class Speed:
    """How long a part of the work took, ms: on average, and bounds that 50 and 95 % kept to.

    A bound is None where it lies beyond the last of `BANDS`.
    """

    name: str
    count: int
    mean: float
    half: int | None
    most: int | None


@dataclass(frozen=True)
class Moment:
    """What happened in an hour or a day."""

    label: str
    arrivals: int
    photos: int
    try_ons: int


@dataclass(frozen=True)
class Overview:
    """All figures of a period. The tables of words are (code, count), the largest first."""

    period: Period
    since: datetime
    until: datetime
    photos: int
    try_ons: int
    funnel: tuple[Step, ...]
    frames: tuple[Interest, ...]
    variants: tuple[Interest, ...]
    verdicts: tuple[tuple[str, int], ...]
    failures: tuple[tuple[str, int], ...]
    concerns: tuple[tuple[str, int], ...]
    wrong: tuple[tuple[str, int], ...]
    speeds: tuple[Speed, ...]
    moments: tuple[Moment, ...]


def of(period: Period) -> Overview:
    """Return the figures of a period, up to this moment."""
    now = clock.now()
    tomorrow = midnight(now) + timedelta(days=1)
    if period is Period.NOW:
        since = now - timedelta(minutes=NOW_MINUTES)
        found = counting.recounted(since, now + timedelta(microseconds=1))
        return assembled(period, since, now, counting.by_sort(found), ())
    days = 1 if period is Period.TODAY else DAYS
    since = tomorrow - timedelta(days=days)
    found = counting.buckets(DAY, since, tomorrow)
    if period is Period.TODAY:
        moments = moments_in(counting.buckets(HOUR, since, tomorrow), since, 24, HOUR)
    else:
        moments = moments_in(found, since, DAYS, DAY)
    return assembled(period, since, now, counting.by_sort(found), moments)


def midnight(at: datetime) -> datetime:
    """Return the start of the day, UTC."""
    return at.replace(hour=0, minute=0, second=0, microsecond=0)


def assembled(
    period: Period,
    since: datetime,
    until: datetime,
    sums: dict[Sort, Sum],
    moments: tuple[Moment, ...],
) -> Overview:
    """Return the figures that lie in the sums."""
    kinds = total(sums, lambda sort: sort.kind)
    frames, variants = interests(sums)
    return Overview(
        period=period,
        since=since,
        until=until,
        photos=kinds[figures.PHOTO],
        try_ons=kinds[figures.TRY_ON],
        funnel=funnel(kinds, reasons(sums, figures.STEP)),
        frames=frames,
        variants=variants,
        verdicts=ranked(reasons(sums, figures.VERDICT)),
        failures=ranked(reasons(sums, figures.REFUSED)),
        concerns=ranked(reasons(sums, figures.CONCERN)),
        wrong=ranked(reasons(sums, figures.LOOKS_WRONG)),
        speeds=speeds(sums),
        moments=moments,
    )


def total(sums: dict[Sort, Sum], by: Callable[[Sort], str]) -> Counter[str]:
    """Return how many events there were, by what `by` says of their sort."""
    counts: Counter[str] = Counter()
    for sort, sum_ in sums.items():
        counts[by(sort)] += sum_.number
    return counts


def reasons(sums: dict[Sort, Sum], kind: str) -> Counter[str]:
    """Return how many events of a kind there were, by reason."""
    return total({sort: sum_ for sort, sum_ in sums.items() if sort.kind == kind}, reason_of)


def reason_of(sort: Sort) -> str:
    """Return the reason of a sort of events."""
    return sort.reason


def ranked(counts: Counter[str]) -> tuple[tuple[str, int], ...]:
    """Return the counts, the largest first."""
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def funnel(kinds: Counter[str], steps: Counter[str]) -> tuple[Step, ...]:
    """Return how many visits came how far."""
    arrived = kinds[figures.ARRIVAL]
    counts = [arrived, *(steps[step] for step in figures.WAY[1:])]
    return tuple(
        Step(name, count, count / arrived if arrived else None)
        for name, count in zip(figures.WAY, counts, strict=True)
    )


def interests(sums: dict[Sort, Sum]) -> tuple[tuple[Interest, ...], tuple[Interest, ...]]:
    """Return the interest in frames, and in their colourways, the most tried first."""
    by_frame: dict[int, Counter[str]] = {}
    by_variant: dict[tuple[int, int], Counter[str]] = {}
    for sort, sum_ in sums.items():
        if sort.frame_id and sort.kind in (figures.TRY_ON, figures.FAVOURITE, figures.SHOP_LINK):
            by_frame.setdefault(sort.frame_id, Counter())[sort.kind] += sum_.number
            if sort.variant_id:
                both = sort.frame_id, sort.variant_id
                by_variant.setdefault(both, Counter())[sort.kind] += sum_.number
    with reading() as session:
        names = rows.names(session)
    frames = [interest(counts, *names.frame(id)) for id, counts in by_frame.items()]
    variants = [
        interest(counts, *names.frame(frame), names.variant(variant))
        for (frame, variant), counts in by_variant.items()
    ]
    return most_wanted(frames), most_wanted(variants)


def interest(counts: Counter[str], frame: str, slug: str, variant: str = "") -> Interest:
    """Return the interest that the counts tell."""
    tried, marked = counts[figures.TRY_ON], counts[figures.FAVOURITE]
    return Interest(frame, slug, variant, tried, marked, counts[figures.SHOP_LINK])


def most_wanted(found: list[Interest]) -> tuple[Interest, ...]:
    """Return the same, the most tried first."""
    order = sorted(found, key=lambda one: (-one.tried, -one.clicks, one.frame, one.variant))
    return tuple(order)


def speeds(sums: dict[Sort, Sum]) -> tuple[Speed, ...]:
    """Return how long each part of the work took."""
    found: dict[str, dict[int, Sum]] = {}
    for sort, sum_ in sums.items():
        if sort.kind == figures.STAGE and sort.band != UNMEASURED:
            found.setdefault(sort.reason, {})[sort.band] = sum_
    known = [name for name in STAGES if name in found] + sorted(set(found) - set(STAGES))
    return tuple(speed(name, found[name]) for name in known)


def speed(name: str, bands: dict[int, Sum]) -> Speed:
    """Return how long one part took, from how many fell into each band."""
    count = sum(one.number for one in bands.values())
    mean = sum(one.milliseconds for one in bands.values()) / count
    return Speed(name, count, mean, bound(bands, 0.5 * count), bound(bands, 0.95 * count))


def bound(bands: dict[int, Sum], wanted: float) -> int | None:
    """Return the least of `BANDS` that at least `wanted` kept to; None where none of them is."""
    below = 0
    for band, upper in enumerate(BANDS):
        below += bands[band].number if band in bands else 0
        if below >= wanted:
            return upper
    return None


def moments_in(found: Buckets, since: datetime, number: int, grain: str) -> tuple[Moment, ...]:
    """Return what happened in each of a number of hours or days."""
    counts: Counter[tuple[datetime, str]] = Counter()
    for bucket, sum_ in found.items():
        counts[bucket.at, bucket.sort.kind] += sum_.number
    step = timedelta(days=1) if grain == DAY else timedelta(hours=1)
    looks = "%d %b" if grain == DAY else "%H:00"
    starts = [since + place * step for place in range(number)]
    return tuple(
        Moment(
            at.strftime(looks),
            counts[at, figures.ARRIVAL],
            counts[at, figures.PHOTO],
            counts[at, figures.TRY_ON],
        )
        for at in starts
    )
