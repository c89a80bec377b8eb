"""`/api/v1/try-ons` with an Idempotency-Key: a call sent again is made once."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.api_clients import LINK, Program, code_of, program, rows, try_ons_counted
from tests.factories import FakeFinder, photo, see_with
from tests.shoppers import open_shop
from webapp.errors import CallUnderWay
from webapp.shop import api_keys, calls, sweep
from webapp.storage import clock
from webapp.storage.tables import ApiCall, TryOn
from webapp.web.limits import limiter

AGAIN = {"Idempotency-Key": "order-1"}


@pytest.fixture
def caller(app: Flask, stock: Path) -> Iterator[Program]:
    """A program that may do everything, in a shop with two frames that sees two faces."""
    open_shop(app, stock, count=2)
    yield program(app)
    limiter.reset()


def test_a_call_sent_again_is_made_once(app: Flask, caller: Program):
    """The same link comes back, and one photo is kept."""
    first = caller.send("/try-ons", headers=LINK | AGAIN, frame="ada")
    second = caller.send("/try-ons", headers=LINK | AGAIN, frame="ada")

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json == second.json
    assert rows(app, TryOn) == try_ons_counted(app) == 1


@pytest.mark.parametrize("headers", [{}, LINK], ids=["picture", "link"])
@pytest.mark.parametrize(
    "other",
    [{"variant": "red"}, {"face": 1}, {"pd_mm": 60}, {"width": 99}, {"data": photo(seed=1)}],
)
def test_a_key_for_another_call_is_a_conflict(
    caller: Program, headers: dict[str, str], other: dict[str, Any]
):
    caller.send("/try-ons", headers=headers | AGAIN, frame="ada")

    answer = caller.send("/try-ons", headers=headers | AGAIN, **{"frame": "ada", **other})

    assert (answer.status_code, code_of(answer)) == (409, "idempotency-key-reused")


def test_picture_and_link_are_two_calls(caller: Program):
    caller.send("/try-ons", headers=AGAIN, frame="ada")

    assert code_of(caller.send("/try-ons", headers=LINK | AGAIN, frame="ada")) == (
        "idempotency-key-reused"
    )


def test_a_picture_sent_for_again_is_the_same(caller: Program):
    first = caller.send("/try-ons", headers=AGAIN, frame="ada")

    assert caller.send("/try-ons", headers=AGAIN, frame="ada").data == first.data


def test_two_keys_may_name_their_calls_alike(app: Flask, caller: Program):
    other = program(app, "other")

    caller.send("/try-ons", headers=LINK | AGAIN, frame="ada")

    assert other.send("/try-ons", headers=LINK | AGAIN, frame="bea").status_code == 201


def test_a_failed_call_can_be_made_again(app: Flask, caller: Program):
    """It came to nothing, so its name is free."""
    with app.app_context():
        see_with(FakeFinder(count=0))
    refused = caller.send("/try-ons", headers=LINK | AGAIN, frame="ada")
    with app.app_context():
        see_with(FakeFinder())

    assert code_of(refused) == "no-face"
    assert caller.send("/try-ons", headers=LINK | AGAIN, frame="ada").status_code == 201


def test_a_deleted_one_is_made_anew(caller: Program):
    first = caller.send("/try-ons", headers=LINK | AGAIN, frame="ada").get_json()
    caller.call("DELETE", f"/try-ons/{first['id']}")

    again = caller.send("/try-ons", headers=LINK | AGAIN, frame="ada")

    assert again.status_code == 201
    assert again.get_json()["id"] != first["id"]


def test_a_call_under_way_is_not_begun_twice(
    app: Flask, caller: Program, monkeypatch: pytest.MonkeyPatch
):
    """Until it has been under way for so long that it must have been cut short."""
    with app.app_context():
        (key,) = api_keys.every()
        sent: list[Any] = []

        def begun_twice() -> str:
            with pytest.raises(CallUnderWay):
                calls.once(key, "order-1", [b"same"], lambda: "second")
            later = clock.now() + calls.GIVEN_UP
            with monkeypatch.context() as patch:
                patch.setattr(clock, "now", lambda: later)
                sent.append(calls.once(key, "order-1", [b"same"], lambda: "third"))
            return "first"

        calls.once(key, "order-1", [b"same"], begun_twice)

    assert sent == [("third", True)]


def test_an_old_call_is_forgotten(app: Flask, caller: Program, monkeypatch: pytest.MonkeyPatch):
    """No trace of a photo outlives it, not even a hash."""
    caller.send("/try-ons", headers=AGAIN, frame="ada")
    later = clock.now() + timedelta(hours=app.config["PHOTO_HOURS"], minutes=1)

    with app.app_context():
        sweep.run(later)

    assert rows(app, ApiCall) == 0
