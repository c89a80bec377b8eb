"""The start page takes a photo in, or says next to the field why not, and loses nothing."""

import io
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.factories import FakeFinder, on_disk, photo, see_with
from tests.shoppers import animation, csrf_of, flood, kept_photos, open_shop, upload
from webapp.shop import figures
from webapp.storage.database import reading
from webapp.storage.tables import Event

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.fixture(autouse=True)
def finder(app: Flask, stock: Path) -> FakeFinder:
    """A shop with two frames that sees one face in every photo."""
    return open_shop(app, stock)


def ticked(page: str) -> bool:
    """Return whether the consent box on the page is ticked."""
    box = re.search(r'<input[^>]*id="consent"[^>]*>', page)
    assert box
    return "checked" in box[0]


def test_the_start_page_asks_for_agreement_and_shows_the_catalogue(client: FlaskClient):
    page = client.get("/")

    assert page.status_code == 200
    assert not ticked(page.text)
    assert "24 hours" in page.text
    assert "Ada" in page.text
    assert "€129" in page.text
    assert "/frames/ada/black.webp" in page.text


def test_a_photo_leads_to_its_wall(app: Flask, client: FlaskClient):
    answer = upload(client)

    assert answer.status_code == 303
    assert client.get(answer.location).status_code == 200
    assert kept_photos(app, client) == 1


def test_a_script_is_told_where_to_go(client: FlaskClient):
    answer = upload(client, Accept="application/json")

    assert answer.status_code == 201
    assert answer.json
    assert client.get(answer.json["next"]).status_code == 200


def test_a_photo_taken_just_now_counts_as_the_photo(app: Flask, client: FlaskClient):
    """A phone's form has two fields for files; the empty one is sent too."""
    fields = {
        "csrf_token": csrf_of(client),
        "consent": "y",
        "photo": (io.BytesIO(), ""),
        "shot": (io.BytesIO(photo()), "image.jpg"),
    }

    assert client.post("/photos", data=fields).status_code == 303
    assert kept_photos(app, client) == 1


REFUSED = {
    "no picture": (b"some words, not pixels", 415, "not a photo we can read"),
    "an SVG named .jpg": (SVG, 415, "not a photo we can read"),
    "a truncated picture": (photo()[:4000], 422, "damaged"),
    "an animation": (animation(), 415, "moving picture"),
    "900 megapixels": (flood(), 413, "too many pixels"),
    "25 MB": (photo() + bytes(25_000_000), 413, "too big"),
    "no file": (b"", 422, "No photo has been chosen"),
}


@pytest.mark.parametrize(("data", "status", "words"), REFUSED.values(), ids=REFUSED)
def test_a_photo_that_will_not_do_is_refused_with_its_reason(
    app: Flask, client: FlaskClient, finder: FakeFinder, data: bytes, status: int, words: str
):
    """The page says why, the tick stays, and nothing is left behind."""
    with app.app_context():
        before = on_disk()

    answer = upload(client, data)

    assert answer.status_code == status
    assert words in answer.text
    assert ticked(answer.text)
    assert "/frames/ada/black.webp" in answer.text
    assert finder.asked == 0
    assert kept_photos(app, client) == 0
    with app.app_context():
        assert on_disk() == before


def test_a_photo_without_a_face_is_refused_and_not_kept(
    app: Flask, client: FlaskClient, finder: FakeFinder
):
    finder.count = 0
    with app.app_context():
        before = on_disk()

    answer = upload(client)

    assert answer.status_code == 422
    assert "could not find a face" in answer.text
    assert ticked(answer.text)
    assert kept_photos(app, client) == 0
    with app.app_context():
        assert on_disk() == before


def test_without_agreement_nothing_is_done_with_the_photo(
    app: Flask, client: FlaskClient, finder: FakeFinder
):
    answer = upload(client, consent=False)

    assert answer.status_code == 422
    assert re.search(r'<input[^>]*aria-invalid="true"[^>]*id="consent"', answer.text)
    assert "need your agreement" in answer.text
    assert finder.asked == 0
    assert kept_photos(app, client) == 0


def test_a_refusal_reaches_a_script_in_words(client: FlaskClient, finder: FakeFinder):
    finder.count = 0

    answer = upload(client, Accept="application/json")

    assert answer.status_code == 422
    assert answer.json
    assert answer.json["code"] == "no-face"
    assert answer.json["title"]
    assert answer.json["advice"]


def test_far_too_heavy_a_request_gets_the_page_too(app: Flask, client: FlaskClient):
    """Beyond what is read at all, the tick can't be known, but the reason is still said."""
    app.config["MAX_CONTENT_LENGTH"] = 100_000

    answer = upload(client, bytes(400_000))

    assert answer.status_code == 413
    assert "too big" in answer.text


def test_a_form_without_its_token_is_refused(app: Flask, client: FlaskClient):
    answer = client.post("/photos", data={"consent": "y"})

    assert answer.status_code == 400
    assert "open too long" in answer.text
    assert kept_photos(app, client) == 0


def test_another_browsers_token_is_refused(app: Flask, client: FlaskClient):
    stolen = csrf_of(app.test_client())
    client.get("/")

    answer = client.post("/photos", data={"consent": "y", "csrf_token": stolen})

    assert answer.status_code == 400


def test_too_many_uploads_are_told_to_wait(app: Flask, client: FlaskClient):
    app.config["UPLOADS_PER_HOUR"] = 2
    answers = [upload(client) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [303, 303, 429]
    assert "little too often" in answers[-1].text
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 3601  # the limiter rounds up
    assert "Retry-After" not in answers[0].headers


def test_a_full_fitting_room_says_when_to_come_back(app: Flask, client: FlaskClient):
    """Busy is no fault of the photo: the page says so, and the tick stays."""
    with app.app_context():
        seeing = see_with(FakeFinder(), slots=1, wait_seconds=0.01)

    with seeing.slot():
        answer = upload(client)

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "1"
    assert "full just now" in answer.text
    assert ticked(answer.text)


def test_the_camera_page_asks_for_agreement_before_the_camera(client: FlaskClient):
    page = client.get("/camera")

    assert page.status_code == 200
    assert not ticked(page.text)
    assert 'id="open" hidden' in page.text
    assert "<noscript>" in page.text


def test_an_arrival_is_counted_once_a_visit(app: Flask, client: FlaskClient):
    client.head("/")
    for _ in range(3):
        client.get("/")
    app.test_client().get("/")

    with app.app_context(), reading() as session:
        query = select(func.count()).select_from(Event).where(Event.kind == figures.ARRIVAL)
        assert session.scalar(query) == 2


def test_two_first_photos_sent_at_once_belong_to_one_visit(app: Flask, client: FlaskClient):
    """Both are sent with the cookie that the page came with, and each answer brings another."""
    token = csrf_of(client)
    cookie = client.get_cookie("lorgnette")
    assert cookie
    fields = {"csrf_token": token, "consent": "y"}

    answers = []
    for _ in range(2):
        client.set_cookie("lorgnette", cookie.value)
        data = {**fields, "photo": (io.BytesIO(photo()), "me.jpg")}
        answers.append(client.post("/photos", data=data))

    assert [answer.status_code for answer in answers] == [303, 303]
    assert kept_photos(app, client) == 2
