"""Hints while lining up before a camera, and faces to try without a photo."""

import io
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import func, select

from tests.factories import FakeFinder, on_disk, photo, see_with
from tests.shoppers import csrf_of, open_shop, send
from webapp.faces.finder import FaceFinder
from webapp.shop import demo_faces, hints
from webapp.storage.database import reading
from webapp.storage.tables import Event, Photo


@pytest.fixture(autouse=True)
def finder(app: Flask, stock: Path) -> FakeFinder:
    """A shop with two frames that sees one face in every photo."""
    return open_shop(app, stock)


def hint(client: FlaskClient, data: bytes, *, consent: bool = True) -> Any:
    """Send a small picture as the camera page's script does."""
    fields: dict[str, Any] = {
        "csrf_token": csrf_of(client, "/camera"),
        "photo": (io.BytesIO(data), "hint.jpg"),
    }
    if consent:
        fields["consent"] = "y"
    return client.post("/camera/hint", data=fields, headers={"Accept": "application/json"})


def small(picture: Image.Image, width: int = 360) -> bytes:
    """Return the picture as the script sends it."""
    file = io.BytesIO()
    size = width, round(width * picture.height / picture.width)
    picture.convert("RGB").resize(size).save(file, "JPEG", quality=70)
    return file.getvalue()


def portraits(portrait: bytes) -> dict[str, Image.Image]:
    """Return the sample portrait as a camera might see it, by what is to be done about it."""
    whole = Image.open(io.BytesIO(portrait)).convert("RGB")
    close = whole.crop((72, 0, 372, 225))  # the head fills the picture well
    return {
        hints.CLOSER: whole,
        hints.BACK: whole.crop((170, 50, 280, 165)),
        hints.CENTRE: whole.crop((190, 0, 490, 225)),
        hints.NO_FACE: Image.new("RGB", (400, 300), "grey"),
        "light": Image.fromarray((np.asarray(close) * 0.12).astype(np.uint8)),
        hints.READY: close,
    }


WANTED = (hints.CLOSER, hints.BACK, hints.CENTRE, hints.NO_FACE, "light", hints.READY)


@pytest.mark.parametrize("code", WANTED)
def test_a_hint_says_what_to_do(app: Flask, client: FlaskClient, portrait: bytes, code: str):
    with app.app_context():
        see_with(FaceFinder())

    answer = hint(client, small(portraits(portrait)[code]))

    assert answer.status_code == 200
    assert answer.json == {"hint": code}


def test_the_page_has_words_for_every_hint(client: FlaskClient):
    page = client.get("/camera").text

    assert set(hints.CODES) <= set(re.findall(r'"([a-z-]+)":', page))


def test_nothing_of_a_hints_picture_is_kept_or_counted(app: Flask, client: FlaskClient):
    with app.app_context():
        before = on_disk()
        with reading() as session:
            counted = session.scalar(select(func.count(Event.id)))

    hint(client, photo(360, 270))
    hint(client, b"no picture")

    with app.app_context():
        assert on_disk() == before
        with reading() as session:
            assert session.scalar(select(func.count(Photo.id))) == 0
            # The camera page's own way of being counted is none; nothing else is either
            assert session.scalar(select(func.count(Event.id))) == counted


def test_without_agreement_a_hints_picture_is_not_looked_at(
    client: FlaskClient, finder: FakeFinder
):
    answer = hint(client, photo(360, 270), consent=False)

    assert answer.status_code == 422
    assert finder.asked == 0


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (photo(1280, 960), 413),
        (photo(360, 270) + bytes(hints.MOST_BYTES), 413),
        (b"", 415),
        (b"no picture", 415),
    ],
    ids=["too many pixels", "too many bytes", "none", "no picture"],
)
def test_a_hint_takes_small_pictures_alone(
    client: FlaskClient, finder: FakeFinder, data: bytes, status: int
):
    assert hint(client, data).status_code == status
    assert finder.asked == 0


def test_a_hint_waits_for_nobody(app: Flask, client: FlaskClient, finder: FakeFinder):
    """Where all slots are taken, a shopper's photo comes first, and the next hint may pass."""
    with app.app_context():
        seeing = see_with(finder, slots=1, wait_seconds=30.0)
        with seeing.slot():
            answer = hint(client, photo(360, 270))

    assert answer.json == {"hint": None}


def test_hints_are_limited_by_the_minute(app: Flask, client: FlaskClient):
    app.config["HINTS_PER_MINUTE"] = 2

    answers = [hint(client, photo(360, 270)).status_code for _ in range(3)]

    assert answers == [200, 200, 429]


@pytest.mark.parametrize("number", demo_faces.NUMBERS)
def test_each_drawn_face_leads_to_its_wall(app: Flask, client: FlaskClient, number: int):
    with app.app_context():
        see_with(FaceFinder())

    answer = send(client, "/demo", face=str(number))

    assert answer.status_code == 303
    page = client.get(answer.location).text
    assert 'class="photo-advice' not in page
    assert "Who is trying on" not in page


def test_a_drawn_face_is_nobodys_agreement(app: Flask, client: FlaskClient):
    send(client, "/demo", face="1")

    with app.app_context(), reading() as session:
        assert session.scalars(select(Photo.consent_version)).one() == demo_faces.DRAWN


@pytest.mark.parametrize("number", ["0", "4", "-1", "../1"])
def test_there_are_no_other_drawn_faces(client: FlaskClient, number: str):
    answer = send(client, "/demo", face=number)

    # What is no number at all is the first face
    assert answer.status_code == (303 if number == "../1" else 404)
