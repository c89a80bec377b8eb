"""The wall says in words what could be better about a photo, and shows every frame anyway."""

import io
import shutil
from pathlib import Path

import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select

from tests.factories import FakeFinder, see_with
from tests.shoppers import send, upload
from webapp.faces.finder import FaceFinder
from webapp.faces.quality import CODES
from webapp.shop import figures, sight
from webapp.storage.database import reading
from webapp.storage.tables import Event
from webapp.web.words import CONCERNS, advice_on

DARK = str(CONCERNS["too-dark"][0])


@pytest.fixture(scope="module")
def finder() -> FaceFinder:
    """The shipped model."""
    return FaceFinder()


@pytest.fixture(autouse=True)
def stocked(app: Flask, stock: Path, finder: FaceFinder) -> None:
    """A shop with two frames that sees with the shipped model."""
    shutil.copytree(stock, app.instance_path, dirs_exist_ok=True)
    look_with(app, finder)


@pytest.fixture
def dark(portrait: bytes) -> bytes:
    """The portrait as a camera takes it in a dark room."""
    with Image.open(io.BytesIO(portrait)) as image:
        pixels = (np.asarray(image) * 0.12).astype(np.uint8)
    jpeg = io.BytesIO()
    Image.fromarray(pixels).save(jpeg, "JPEG", quality=95)
    return jpeg.getvalue()


def look_with(app: Flask, finder: FaceFinder | FakeFinder, **limits: float) -> None:
    """Let the shop see with a finder, and remember nothing, as after a restart."""
    with app.app_context():
        see_with(finder, **limits)


def wall_of(client: FlaskClient, data: bytes) -> str:
    answer = upload(client, data)
    assert answer.status_code == 303, answer.text
    return answer.location.removesuffix("/check")


def concerns_counted(app: Flask) -> list[str | None]:
    with app.app_context(), reading() as session:
        return list(session.scalars(select(Event.reason).where(Event.kind == figures.CONCERN)))


def test_a_dark_portraits_wall_gives_advice_and_every_frame(client: FlaskClient, dark: bytes):
    page = client.get(wall_of(client, dark)).text

    assert DARK in page
    assert "Take another photo" in page
    assert page.count('class="wall-picture"') == 2


def test_a_good_portraits_wall_gives_none(client: FlaskClient, portrait: bytes):
    page = client.get(wall_of(client, portrait)).text

    assert "photo-advice" not in page
    assert not any(str(title) in page for title, _ in CONCERNS.values())


def test_advice_is_given_anew_when_memory_has_gone(
    app: Flask, client: FlaskClient, dark: bytes, finder: FaceFinder
):
    wall = wall_of(client, dark)
    look_with(app, finder)

    assert DARK in client.get(wall).text


def test_a_wall_without_a_free_slot_is_shown_without_advice(
    app: Flask, client: FlaskClient, dark: bytes, finder: FaceFinder
):
    wall = wall_of(client, dark)
    look_with(app, finder, slots=1, wait_seconds=0.01)

    with app.app_context():
        seeing = sight.current()
    with seeing.slot():
        page = client.get(wall)

    assert page.status_code == 200
    assert DARK not in page.text


def test_advice_is_for_the_person_it_concerns(app: Flask, client: FlaskClient, dark: bytes):
    look_with(app, FakeFinder(count=2))
    wall = wall_of(client, dark)

    assert DARK in client.get(wall).text
    assert DARK not in client.get(f"{wall}?face=1").text


def test_a_typed_pd_that_is_refused_leaves_the_advice(client: FlaskClient, dark: bytes):
    wall = wall_of(client, dark)

    answer = send(client, f"{wall}/pd", wall, pd_mm="9", face="0")

    assert answer.status_code == 422
    assert DARK in answer.text


def test_concerns_are_counted_by_code_alone(
    app: Flask, client: FlaskClient, portrait: bytes, dark: bytes
):
    wall_of(client, portrait)
    assert concerns_counted(app) == []

    wall = wall_of(client, dark)
    client.get(wall)

    assert concerns_counted(app) == ["too-dark"]


def test_every_concern_has_its_words():
    assert set(CONCERNS) == set(CODES)
    for code in CODES:
        advice = advice_on(code)
        assert not advice.title.endswith(".")
        assert advice.advice.endswith(".")
        assert len({advice.code, advice.title, advice.advice}) == 3
