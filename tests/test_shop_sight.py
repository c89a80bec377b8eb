"""Face geometry stays in memory for minutes, and the model serves a few at a time."""

import threading

import pytest

from tests.factories import STRANGER, VISIT, FakeFinder, keep, published, see_with
from webapp.errors import Busy, NotFound
from webapp.shop import sight, tryons
from webapp.shop.sight import Sight
from webapp.storage import photos as photo_rows
from webapp.storage.database import writing


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def seeing(clock: Clock, **limits: float) -> Sight:
    usual = {"slots": 1, "wait_seconds": 0.01, "kept": 3, "minutes": 10}
    return Sight(FakeFinder(), **{**usual, **limits}, clock=clock)  # type: ignore[arg-type]


def test_what_was_seen_is_remembered():
    memory = seeing(Clock())

    assert memory.sighting("a") is memory.sighting("a")
    assert memory.sighting("a") is not memory.sighting("b")


def test_memory_ends_minutes_after_the_last_use():
    clock = Clock()
    memory = seeing(clock)
    memory.sighting("old")
    first = memory.sighting("used")
    clock.seconds = 9 * 60
    assert memory.sighting("used") is first

    clock.seconds = 11 * 60
    assert memory.remembered() == ["used"]

    clock.seconds = 20 * 60
    assert memory.remembered() == []


def test_memory_ends_even_if_nobody_asks():
    memory = seeing(Clock(), minutes=0.0005)
    memory.sighting("a")
    alarm = memory._alarm
    assert alarm is not None
    memory._clock = lambda: 1.0

    alarm.join(5)

    assert not memory._memory


def test_the_photos_used_least_lately_make_room():
    memory = seeing(Clock())
    for token in "abc":
        memory.sighting(token)
    memory.sighting("a")

    memory.sighting("d")

    assert memory.remembered() == ["c", "a", "d"]


def test_a_forgotten_photo_is_not_remembered_again():
    """A render that began before the deletion must not bring its faces back."""
    memory = seeing(Clock())
    memory.sighting("a")

    memory.forget("a")
    memory.sighting("a")

    assert memory.remembered() == []


def test_those_who_find_no_slot_are_told_to_come_back():
    memory = seeing(Clock())

    with memory.slot(), pytest.raises(Busy) as refusal, memory.slot():
        pytest.fail("there is one slot only")

    assert refusal.value.params["seconds"] >= 1
    with memory.slot():
        pass  # it came free again


def test_a_slot_comes_free_after_an_error_too():
    memory = seeing(Clock())

    with pytest.raises(ZeroDivisionError), memory.slot():
        raise ZeroDivisionError

    with memory.slot():
        pass


@pytest.mark.usefixtures("shop")
def test_faces_are_sought_once_for_a_whole_wall():
    finder = FakeFinder()
    see_with(finder)
    published()
    kept = keep()

    for _ in range(3):
        tryons.preview(kept.token, VISIT, "ada", "black")
        tryons.preview(kept.token, VISIT, "ada", "red")
    tryons.make(kept.token, VISIT, "ada", "red")

    assert finder.asked == 1


@pytest.mark.usefixtures("shop")
def test_faces_that_left_memory_are_found_again():
    finder = FakeFinder()
    see_with(finder)
    published()
    kept = keep()
    before = tryons.preview(kept.token, VISIT, "ada", "black")
    see_with(finder)  # as after a restart

    assert tryons.preview(kept.token, VISIT, "ada", "black") == before
    assert finder.asked == 2


def test_many_at_once_get_the_same_pictures(app, shop):
    """Four threads on one photo neither wait for each other for ever nor mix anything up."""
    see_with(FakeFinder(), slots=2)
    published()
    kept = keep()
    expected = {name: tryons.preview(kept.token, VISIT, "ada", name) for name in ("black", "red")}
    see_with(FakeFinder(), slots=2)
    wrong: list[str] = []

    def look(name: str) -> None:
        with app.app_context():
            for _ in range(3):
                if tryons.preview(kept.token, VISIT, "ada", name) != expected[name]:
                    wrong.append(name)

    threads = [threading.Thread(target=look, args=(name,)) for name in ("black", "red") * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert not any(thread.is_alive() for thread in threads)
    assert wrong == []


@pytest.mark.usefixtures("shop")
def test_an_app_has_one_sight_which_loads_nothing_before_its_first_photo():
    assert sight.current() is sight.current()


@pytest.mark.usefixtures("shop")
def test_trying_tokens_fills_no_memory():
    memory = see_with(FakeFinder())

    for number in range(20):
        with pytest.raises(NotFound):
            tryons.preview(f"guess-{number}", VISIT, "ada", "black")

    assert not memory._gone
    assert memory.remembered() == []


@pytest.mark.usefixtures("shop")
def test_memory_follows_a_deletion_by_another_process():
    memory = see_with(FakeFinder())
    kept = keep()
    with writing() as session:
        gone = photo_rows.remove(session, list(photo_rows.expired(session, kept.expires)))
    assert gone
    assert memory.remembered() == [kept.token]

    with pytest.raises(NotFound):
        tryons.preview(kept.token, VISIT, "ada", "black")

    assert memory.remembered() == []


@pytest.mark.usefixtures("shop")
def test_a_strangers_question_leaves_the_owners_memory_alone():
    memory = see_with(FakeFinder())
    kept = keep()

    with pytest.raises(NotFound):
        tryons.preview(kept.token, STRANGER, "ada", "black")

    assert memory.remembered() == [kept.token]
