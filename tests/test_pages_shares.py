"""A shared link shows one picture to whoever has it, until it ends; complaints are counted."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.factories import FakeFinder
from tests.shoppers import open_shop, result_of, send, wall_of
from webapp.shop import figures
from webapp.storage import clock
from webapp.storage.database import reading
from webapp.storage.tables import Event

LINK = re.compile(r'id="share-url"[^>]*value="http://[^/]+(/s/[\w-]+)"')


@pytest.fixture(autouse=True)
def finder(app: Flask, stock: Path) -> FakeFinder:
    """A shop with two frames that sees one face in every photo."""
    return open_shop(app, stock)


@pytest.fixture
def wall(client: FlaskClient) -> str:
    """The address of a wall of the client's."""
    return wall_of(client)


@pytest.fixture
def result(client: FlaskClient, wall: str) -> str:
    """The address of a try-on of the client's."""
    return result_of(client, wall)


def shared(client: FlaskClient, result: str, **fields: str) -> str:
    """Make a link and return its address."""
    answer = send(client, f"{result}/share", result, **fields)
    assert answer.status_code == 303, answer.text
    found = LINK.search(client.get(answer.location).text)
    assert found
    return found[1]


def test_a_link_shows_the_picture_to_somebody_else(app: Flask, client: FlaskClient, result: str):
    link = shared(client, result)
    friend = app.test_client()

    page, picture = friend.get(link), friend.get(f"{link}.jpg")

    assert page.status_code == 200
    assert f'src="{link}.jpg"' in page.text
    assert '<meta name="robots" content="noindex">' in page.text
    assert picture.mimetype == "image/jpeg"
    assert picture.headers["X-Robots-Tag"] == "noindex"
    assert picture.headers["Cache-Control"] == "private, no-store"
    assert len(link.removeprefix("/s/")) >= 22  # 128 bits in base64
    for way in ("/photos/", "/try-ons/"):  # and nothing else of the visit
        assert way not in re.sub(r'action="/photos"', "", page.text)
    assert friend.get(result).status_code == 404


def test_the_picture_stands_in_previews_only_if_the_shopper_agrees(
    app: Flask, client: FlaskClient, result: str
):
    friend = app.test_client()

    assert "og:image" not in friend.get(shared(client, result)).text
    agreed = friend.get(shared_again(client, result)).text

    assert re.search(r'og:image" content="http://[^"]+/s/[\w-]+\.jpg"', agreed)


def shared_again(client: FlaskClient, result: str) -> str:
    """End the link, and make one whose picture chat programs may show."""
    send(client, f"{result}/share/end", result)
    return shared(client, result, preview="y")


def test_a_link_ends_when_its_owner_says_so(app: Flask, client: FlaskClient, result: str):
    link = shared(client, result)

    for _ in range(2):  # a second tab still shows the button
        assert send(client, f"{result}/share/end", result).status_code == 303

    ended = app.test_client().get(link)
    assert ended.status_code == 404
    assert "no longer shared" in ended.text
    assert app.test_client().get(f"{link}.jpg").status_code == 404


def test_a_new_link_takes_the_place_of_the_old(app: Flask, client: FlaskClient, result: str):
    first, second = shared(client, result), shared(client, result)

    assert first != second
    assert app.test_client().get(first).status_code == 404
    assert app.test_client().get(second).status_code == 200


@pytest.mark.parametrize(("hours", "lasts"), [("1", 1), ("24", 24), ("9999", 24), ("-5", 24)])
def test_a_link_ends_by_itself(
    client: FlaskClient, result: str, monkeypatch: pytest.MonkeyPatch, hours: str, lasts: int
):
    link, now = shared(client, result, hours=hours), clock.now()

    monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=lasts, minutes=-1))
    assert client.get(link).status_code == 200
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=lasts, minutes=1))
    assert client.get(link).status_code == 404


def test_a_link_ends_with_the_photo(app: Flask, client: FlaskClient, wall: str, result: str):
    link = shared(client, result, hours="168")
    send(client, f"{wall}/delete", wall)

    assert app.test_client().get(link).status_code == 404
    assert app.test_client().get(f"{link}.jpg").status_code == 404


def test_only_its_owner_shares_a_try_on(app: Flask, client: FlaskClient, result: str):
    stranger = app.test_client()
    wall_of(stranger)

    for path in ("share", "share/end", "wrong"):
        answer = send(stranger, f"{result}/{path}", "/", reason="size")
        assert answer.status_code == 404, path
    assert stranger.get("/s/" + "x" * 32).status_code == 404


def complaints(app: Flask) -> list[str | None]:
    with app.app_context(), reading() as session:
        query = select(Event.reason).where(Event.kind == figures.LOOKS_WRONG)
        return list(session.scalars(query))


def test_what_looks_wrong_is_counted_once(app: Flask, client: FlaskClient, result: str):
    page = result
    for reason in ("size", "place"):  # a double click, or another tab
        answer = send(client, f"{result}/wrong", page, reason=reason)
        assert answer.status_code == 303

    assert complaints(app) == ["size"]
    assert "Thank you" in client.get(result).text


@pytest.mark.parametrize("fields", [{}, {"reason": "ugly"}, {"reason": "x" * 9000}])
def test_a_complaint_needs_a_reason_that_is_offered(
    app: Flask, client: FlaskClient, result: str, fields: dict[str, str]
):
    answer = send(client, f"{result}/wrong", result, **fields)

    assert answer.status_code == 422
    assert "say what looks wrong" in answer.text
    assert complaints(app) == []
