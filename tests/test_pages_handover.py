"""A visit goes on with a phone: by a code that works once, for minutes, and gives nothing away."""

import re
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.shoppers import csrf_of, open_shop, send, upload, wall_of
from webapp.shop import handovers, sweep
from webapp.storage import clock
from webapp.storage.database import reading
from webapp.storage.visit_tables import Handover


@pytest.fixture(autouse=True)
def stocked(app: Flask, stock: Path) -> None:
    """A shop with two frames that sees one face in every photo."""
    open_shop(app, stock)


@pytest.fixture
def phone(app: Flask) -> FlaskClient:
    """Another device's browser."""
    return app.test_client()


def visit_of(client: FlaskClient) -> str:
    with client.session_transaction() as session:
        return str(session.get("visit", ""))


def offer(app: Flask, client: FlaskClient) -> str:
    """Show a code on the computer; return the address that an equal one leads to.

    The page's code is a picture, so the visit's link is made anew, as the page makes it.
    """
    page = send(client, "/phone/", "/phone/")
    assert page.status_code == 200
    with app.app_context():
        return f"/phone/{handovers.offer(visit_of(client))}"


def open_links(app: Flask) -> int:
    with app.app_context(), reading() as session:
        return session.scalar(select(func.count(Handover.id))) or 0


def join(phone: FlaskClient, address: str, to: str = "start") -> str:
    """Go on with the phone, and return where that leads."""
    answer = send(phone, address, address, to=to)
    assert answer.status_code == 303, answer.text
    return answer.location


def test_the_page_shows_a_code_that_works_for_minutes(app: Flask, client: FlaskClient):
    page = send(client, "/phone/", "/phone/").text

    picture = re.search(r'<img src="(data:image/svg\+xml[^"]+)" alt="QR code', page)
    assert picture
    assert "svg" in unescape(picture[1])
    assert "10 minutes" in page
    assert open_links(app) == 1


def test_the_phone_goes_on_with_the_visit_and_both_see_its_photo(
    app: Flask, client: FlaskClient, phone: FlaskClient
):
    address = offer(app, client)

    assert join(phone, address) == "/"
    wall = wall_of(phone)

    assert visit_of(phone) == visit_of(client)
    assert client.get(wall).status_code == 200
    assert client.get("/phone/state").json == {"photos": 1, "next": wall}
    assert send(client, "/phone/fetch", "/phone/").location == wall


def test_a_photo_of_the_computer_is_shown_on_the_phone(
    app: Flask, client: FlaskClient, phone: FlaskClient
):
    wall = wall_of(client)

    assert join(phone, offer(app, client), to="wall") == wall
    assert phone.get(wall).status_code == 200


def test_a_code_works_once(app: Flask, client: FlaskClient, phone: FlaskClient):
    address = offer(app, client)
    join(phone, address)
    other = app.test_client()

    answer = other.post(address, data={"csrf_token": csrf_of(other)})

    assert answer.status_code == 404
    assert "has been used, or is too old" in answer.text
    assert visit_of(other) == ""


def test_looking_at_the_address_uses_nothing_up(
    app: Flask, client: FlaskClient, phone: FlaskClient
):
    """Chat programs and scanners open addresses before people do."""
    address = offer(app, client)

    for _ in range(3):
        assert phone.get(address).status_code == 200

    assert visit_of(phone) == ""
    assert join(phone, address) == "/"


def test_a_new_code_ends_the_one_before(app: Flask, client: FlaskClient, phone: FlaskClient):
    before = offer(app, client)
    offer(app, client)

    assert phone.get(before).status_code == 404


def test_an_old_code_is_explained_and_swept(
    app: Flask, client: FlaskClient, phone: FlaskClient, monkeypatch: pytest.MonkeyPatch
):
    address = offer(app, client)
    later = clock.now() + timedelta(minutes=11)
    monkeypatch.setattr(clock, "now", lambda: later)

    assert phone.get(address).status_code == 404
    with app.app_context():
        sweep.run()
    assert open_links(app) == 0


def test_joining_brings_nothing_of_the_phone_into_the_visit(
    app: Flask, client: FlaskClient, phone: FlaskClient
):
    """Whoever lays a code before somebody else gets no photo that was there before."""
    theirs = wall_of(phone)

    join(phone, offer(app, client))

    assert client.get(theirs).status_code == 404
    assert client.get("/phone/state").json == {"photos": 0, "next": None}


def test_the_phone_is_told_whose_visit_it_joins(app: Flask, client: FlaskClient):
    page = app.test_client().get(offer(app, client)).text

    assert "Only go on if the code was on a screen of your own" in page


def test_only_a_hash_of_the_code_is_kept(app: Flask, client: FlaskClient):
    token = offer(app, client).rpartition("/")[2]

    with app.app_context(), reading() as session:
        kept = session.scalars(select(Handover)).one()
        assert token not in (kept.token_hash, kept.visit)
        assert len(kept.token_hash) == 64


def test_without_a_photo_the_computer_says_that_none_has_come(client: FlaskClient):
    answer = send(client, "/phone/fetch", "/phone/")

    assert answer.location == "/phone/"
    assert "No photo has arrived yet" in client.get("/phone/").text


def test_deleting_everything_ends_the_code(app: Flask, client: FlaskClient, phone: FlaskClient):
    upload(client)
    address = offer(app, client)
    send(client, "/mine/end", "/privacy")

    assert phone.get(address).status_code == 404
