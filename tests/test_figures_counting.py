"""Figures equal a recount of the events, whoever is killed and whichever memory holds them."""

import shutil
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from redis import Redis

from tests.servers import Server
from webapp import create_app
from webapp.config import ROOT
from webapp.errors import Busy
from webapp.shop import figures, overview
from webapp.shop.overview import Overview, Period
from webapp.storage import clock, counting, mirror, tallies
from webapp.storage.database import writing
from webapp.storage.tables import Event
from webapp.storage.tallies import DAY, HOUR, Buckets

PROCESSES = 4


class Crowd:
    """Processes of visits in one shop."""

    def __init__(self, instance: Path, redis: str) -> None:
        self.instance, self.redis = instance, redis

    def start(self, many: int, seed: int, log: Path) -> "subprocess.Popen[bytes]":
        words = [str(self.instance), self.redis, str(many), str(seed)]
        with log.open("ab") as out:
            command = [sys.executable, "-m", "tests.visitors", *words]
            return subprocess.Popen(command, cwd=ROOT, stdout=out)

    def visit(self, visits: int, folder: Path) -> tuple[int, int]:
        """Make the visits, one process being killed half-way; return (acknowledged, killed)."""
        each = visits // PROCESSES
        logs = [folder / f"{number}.log" for number in range(PROCESSES)]
        crowd = [self.start(each, seed, log) for seed, log in enumerate(logs)]
        try:
            while lines(logs[0]) < each // 2:  # however long it takes
                assert crowd[0].poll() is None
                time.sleep(0.05)
            crowd[0].kill()
            crowd[0].wait()
            crowd[0] = self.start(each - lines(logs[0]), 99, logs[0])
            for process in crowd:
                assert process.wait() == 0
        finally:
            for process in crowd:
                process.kill()
                process.wait()
        return sum(map(lines, logs)), 1


def lines(log: Path) -> int:
    return log.read_bytes().count(b"\n")


def shop(instance: Path, redis: str = "") -> Flask:
    return create_app({"INSTANCE_DIR": str(instance), "REDIS_URL": redis})


@pytest.fixture
def instance(tmp_path: Path, stock: Path) -> Path:
    """A shop with frames to try on."""
    return shutil.copytree(stock, tmp_path / "instance")


@pytest.fixture
def redis(redis_server: Server) -> str:
    """An empty Redis."""
    Redis.from_url(redis_server.address).flushall()
    return redis_server.address


def days() -> dict[str, Any]:
    """The last two days: a test may run over midnight."""
    tomorrow = overview.midnight(clock.now()) + timedelta(days=1)
    return {"since": tomorrow - timedelta(days=2), "until": tomorrow}


def told(grain: str = DAY) -> Buckets:
    return counting.buckets(grain, **days())


def seen(found: Overview) -> tuple[Any, ...]:
    """All that is shown but the moment."""
    return (
        found.funnel, found.try_ons, found.frames, found.variants, found.verdicts,
        found.failures, found.speeds, found.moments,
    )  # fmt: skip


@pytest.mark.parametrize(
    "visits", [160, pytest.param(10_000, marks=pytest.mark.verify)], ids="{} visits".format
)
def test_figures_equal_a_recount_though_a_process_was_killed(
    instance: Path, redis: str, tmp_path: Path, visits: int
):
    """Four processes count at once, one is killed and comes back; nothing is lost or doubled."""
    acknowledged, killed = Crowd(instance, redis).visit(visits, tmp_path)

    assert acknowledged == visits
    with shop(instance).app_context():  # as after a restart
        by_day, month = told(), seen(overview.of(Period.MONTH))
        assert by_day == counting.recounted(**days())
        arrived = sum(sum_.number for at, sum_ in by_day.items() if at.sort.kind == "arrival")
        assert visits <= arrived <= visits + killed
        by_hour = told(HOUR)
        assert sum(one.number for one in by_hour.values()) == sum(
            one.number for one in by_day.values()
        )
    with shop(instance, redis).app_context():
        assert told() == by_day
        assert told(HOUR) == by_hour
        assert seen(overview.of(Period.MONTH)) == month


def count(*kinds: str) -> None:
    with writing() as session:
        session.add_all([Event(kind=kind, milliseconds=7) for kind in kinds])


def number_of(kind: str) -> int:
    return sum(sum_.number for at, sum_ in told().items() if at.sort.kind == kind)


@pytest.mark.parametrize("fault", ["emptied", "behind", "ahead", "away"])
def test_a_redis_that_lost_something_is_brought_up_to_date(
    instance: Path, redis: str, redis_server: Server, fault: str, monkeypatch: pytest.MonkeyPatch
):
    with shop(instance, redis).app_context():
        count("try-on", "try-on")
        assert number_of("try-on") == 2

        if fault == "emptied":
            Redis.from_url(redis).flushall()
        elif fault == "ahead":  # as with a database that was restored from a backup
            Redis.from_url(redis).set(mirror.FOLDED, 99)
        elif fault == "behind":  # killed between the database's commit and Redis
            count("try-on")
            tallies.fold_some()
        else:
            with redis_server.away():
                count("try-on")
                assert number_of("try-on") == 3
        count("try-on")

        wanted = 3 if fault in ("emptied", "ahead") else 4
        assert number_of("try-on") == wanted
        made = mirror.Mirror(Redis.from_url(redis))
        _, there = made.read(DAY, **days())
        assert there == counting.recounted(**days())


def count_in_vain() -> None:
    with writing() as session:
        session.add(Event(kind=figures.TRY_ON))
        session.flush()
        raise RuntimeError


def test_an_event_rolled_back_is_not_counted(instance: Path):
    with shop(instance).app_context():
        with pytest.raises(RuntimeError):
            count_in_vain()
        count("photo")

        assert number_of("try-on") == 0
        assert number_of("photo") == 1


def test_figures_are_exact_while_another_writes(instance: Path, monkeypatch: pytest.MonkeyPatch):
    """Whoever reads does not wait for a writer that keeps the database for itself."""
    with shop(instance).app_context():
        count("photo", "photo")
        counting.fold()
        count("photo")
        monkeypatch.setattr(tallies, "fold_some", refuse)

        assert number_of("photo") == 3


def test_figures_are_exact_where_the_mirror_can_not_be_mended(
    instance: Path, redis: str, monkeypatch: pytest.MonkeyPatch
):
    """Redis was emptied, and a writer keeps the database for itself just then."""
    with shop(instance, redis).app_context():
        count("photo")
        assert number_of("photo") == 1
        Redis.from_url(redis).flushall()
        monkeypatch.setattr(counting, "restore", lambda *_: refuse())
        count("photo")

        assert number_of("photo") == 2


def refuse() -> None:
    raise Busy(seconds=5)


def test_folding_twice_counts_once(instance: Path):
    with shop(instance).app_context():
        count(*["try-on"] * (tallies.MANY + 1))

        counting.fold()
        counting.fold()

        assert number_of("try-on") == tallies.MANY + 1


def test_more_is_folded_while_somebody_reads(instance: Path, redis: str):
    """Two processes fold in turn, and their news reaches Redis in the wrong order."""
    with shop(instance, redis).app_context():
        count("photo")
        first = tallies.fold_some()
        count("photo")
        second = tallies.fold_some()
        assert first
        assert second

        counting.share(second)
        counting.share(first)

        assert number_of("photo") == 2
