"""The door to the model: a small waiting room, and a clear word for everybody else."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from webapp.errors import Busy
from webapp.shop import stages
from webapp.shop.door import LONGEST_PAUSE, Door, slots_here


@contextmanager
def taken(door: Door) -> Iterator[None]:
    """Another thread holds a slot."""
    inside, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with door.passed():
            inside.set()
            leave.wait(30)

    thread = threading.Thread(target=hold)
    thread.start()
    assert inside.wait(30)
    try:
        yield
    finally:
        leave.set()
        thread.join()


@pytest.fixture(autouse=True)
def deadline() -> Iterator[None]:
    """No deadline is left behind."""
    yield
    stages.set_deadline(None)


def test_as_many_as_there_are_slots_pass_at_once():
    door = Door(slots=2, queue=0, wait_seconds=0)

    with taken(door), door.passed(), pytest.raises(Busy), door.passed():
        pytest.fail("a third passed")


def test_a_slot_is_free_again_after_an_error():
    door = Door(slots=1, queue=0, wait_seconds=0)

    with pytest.raises(ValueError, match="in the work"), door.passed():
        raise ValueError("in the work")

    with door.passed():
        pass


def test_whoever_knocks_is_told_only_where_nobody_more_may_wait():
    full, roomy = Door(slots=1, queue=0, wait_seconds=0), Door(slots=1, queue=1, wait_seconds=0)
    full.knock()

    with taken(full), pytest.raises(Busy):
        full.knock()
    with taken(roomy):
        roomy.knock()

    with full.passed():  # a knock holds nothing
        pass


def test_who_finds_the_waiting_room_full_is_told_at_once():
    """However patient the settings are."""
    door = Door(slots=1, queue=0, wait_seconds=3600)

    with taken(door), pytest.raises(Busy) as caught, door.passed():
        pass

    assert 1 <= caught.value.params["seconds"] <= LONGEST_PAUSE


def test_who_waits_gets_the_slot_that_comes_free():
    door = Door(slots=1, queue=1, wait_seconds=30)
    passed = threading.Event()

    def follow() -> None:
        with door.passed():
            passed.set()

    with taken(door):
        follower = threading.Thread(target=follow)
        follower.start()
        assert not passed.is_set()
    follower.join(30)

    assert passed.is_set()


def test_patience_ends():
    door = Door(slots=1, queue=1, wait_seconds=0.05)

    with taken(door), pytest.raises(Busy), door.passed():
        pytest.fail("it passed")


def test_nobody_waits_beyond_the_deadline():
    door = Door(slots=1, queue=1, wait_seconds=3600)
    stages.set_deadline(0.05)

    with taken(door), pytest.raises(Busy), door.passed():
        pytest.fail("it passed")


def test_no_stage_begins_after_the_deadline():
    """Whoever asked has gone; the work would keep others waiting."""
    stages.set_deadline(0.001)
    time.sleep(0.01)

    with pytest.raises(Busy), stages.stage("render"):
        pytest.fail("it began")


def test_a_thread_without_a_deadline_has_all_the_time():
    with stages.stage("render"):
        assert stages.seconds_left() == float("inf")


def test_who_is_sent_away_is_told_longer_where_work_takes_longer():
    quick, slow = (Door(slots=1, queue=9, wait_seconds=0) for _ in range(2))
    for _ in range(30):
        slow._learn(20.0)

    assert quick.pause() < slow.pause() <= LONGEST_PAUSE


@pytest.mark.parametrize(("asked", "workers", "least"), [(3, 8, 3), (0, 1, 1), (0, 1000, 1)])
def test_cores_are_shared_among_the_workers(asked: int, workers: int, least: int):
    assert slots_here(asked, workers) >= least
    assert slots_here(0, 1) >= slots_here(0, 2) >= 1
