"""The sums of events in Redis, where one is set: the same numbers, in memory, for all machines.

The database stays the truth. Each fold is added here once, in the order of their numbers; a
fold that is missing (a process was killed in between, Redis was emptied or restored) is noticed
by its number, and all sums are brought anew from the database.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from redis import Redis
from redis.exceptions import RedisError

from webapp.storage import shared
from webapp.storage.tallies import Bucket, Buckets, Fold, Sort, Sum

DAYS = 32  # of sums kept here; the figures look back 30 days
HOME = shared.PREFIX + "{figures}:"  # braces keep them together, should there be a cluster
FOLDED = HOME + "folded"
ADD = """
if tonumber(redis.call('GET', KEYS[1]) or '-1') ~= tonumber(ARGV[1]) - 1 then return 0 end
for i = 3, #ARGV, 4 do
  redis.call('HINCRBY', ARGV[i], 'n' .. ARGV[i + 1], ARGV[i + 2])
  redis.call('HINCRBY', ARGV[i], 'm' .. ARGV[i + 1], ARGV[i + 3])
  redis.call('EXPIRE', ARGV[i], ARGV[2])
end
redis.call('SET', KEYS[1], ARGV[1])
return 1
"""
SECONDS = 86_400 * (DAYS + 1)
STEPS = {"day": timedelta(days=1), "hour": timedelta(hours=1)}
SPLIT = "\x1f"  # between a sort's parts; no kind and no reason holds it

FAILURES = (RedisError, OSError)  # what a Redis that is away or misbehaves raises


class Mirror:
    """The sums in one Redis."""

    def __init__(self, client: Redis) -> None:
        self.client = client

    def add(self, fold: Fold) -> bool:
        """Add a fold if it is the next one; return whether it was."""
        parts = [part for item in fold.buckets.items() for part in row_of(*item)]
        return bool(self.client.eval(ADD, 1, FOLDED, fold.number, SECONDS, *parts))

    def replace(self, number: int, buckets: Buckets) -> None:
        """Put all sums here, as they are after the fold of that number."""
        pipe = self.client.pipeline()
        for key in self.client.scan_iter(match=HOME + "*"):
            pipe.delete(key)
        for bucket, sum_ in buckets.items():
            key, sort, count, milliseconds = row_of(bucket, sum_)
            pipe.hset(key, mapping={f"n{sort}": count, f"m{sort}": milliseconds})
            pipe.expire(key, SECONDS)
        pipe.set(FOLDED, number)
        pipe.execute()

    def read(self, grain: str, since: datetime, until: datetime) -> tuple[int, Buckets]:
        """Return the last fold's number (-1: none), and the sums from `since` on before `until`."""
        starts = list(starts_between(grain, since, until))
        pipe = self.client.pipeline()
        pipe.get(FOLDED)
        for start in starts:
            pipe.hgetall(key_of(grain, start))
        number, *hashes = pipe.execute()
        found: Buckets = {}
        for start, fields in zip(starts, hashes, strict=True):
            for name, count in fields.items():
                if name.startswith(b"n"):
                    sum_ = Sum(int(count), int(fields[b"m" + name[1:]]))
                    found[Bucket(grain, start, sort_in(name[1:].decode()))] = sum_
        return -1 if number is None else int(number), found


def make() -> Mirror | None:
    """Return the mirror in the shared Redis, or None where there is none."""
    return Mirror(shared.client()) if shared.configured() else None


def key_of(grain: str, start: datetime) -> str:
    """Return where the sums of an hour or a day lie."""
    return f"{HOME}{grain}:{start:%Y-%m-%dT%H}"


def row_of(bucket: Bucket, sum_: Sum) -> tuple[str, str, int, int]:
    """Return a sum as it is kept: the hash's key, the sort, the count and the milliseconds."""
    return key_of(bucket.grain, bucket.at), SPLIT.join(map(str, bucket.sort)), *sum_


def sort_in(name: str) -> Sort:
    """Return the sort that a field's name tells."""
    kind, reason, frame, variant, band = name.split(SPLIT)
    return Sort(kind, reason, int(frame), int(variant), int(band))


def starts_between(grain: str, since: datetime, until: datetime) -> Iterator[datetime]:
    """Yield the starts of the hours or days from `since` on and before `until`."""
    while since < until:
        yield since
        since += STEPS[grain]
