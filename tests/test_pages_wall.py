"""The wall shows every frame on the shopper's face, to that shopper alone."""

import io
import re
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from tests.factories import FakeFinder, on_disk
from tests.shoppers import csrf_of, open_shop, result_of, send, wall_of
from webapp.shop import figures
from webapp.storage import clock


@pytest.fixture(autouse=True)
def finder(app: Flask, stock: Path) -> FakeFinder:
    """A shop with two frames that sees two faces in every photo."""
    return open_shop(app, stock, count=2)


@pytest.fixture
def wall(client: FlaskClient) -> str:
    """The address of a wall of the client's."""
    return wall_of(client)


def picture_of(data: bytes) -> Image.Image:
    """Return the picture that the bytes are."""
    with Image.open(io.BytesIO(data)) as image:
        return image.convert("RGB")


def test_every_published_frame_is_on_the_wall(client: FlaskClient, wall: str):
    page = client.get(wall).text

    for address in re.findall(r'class="wall-picture" src="([^"]+)"', page):
        answer = client.get(address)
        assert answer.status_code == 200
        assert answer.mimetype == "image/jpeg"
    assert "on/ada/black.jpg" in page
    assert "on/bea/green.jpg" in page
    assert "deleted in 24 hours" in page


def test_a_walls_picture_is_neither_stored_nor_counted(app: Flask, client: FlaskClient, wall: str):
    with app.app_context():
        before, tried = on_disk(), figures.today().try_ons

    client.get(f"{wall}/on/ada/red.jpg")

    with app.app_context():
        assert on_disk() == before
        assert figures.today().try_ons == tried


def test_a_walls_picture_is_a_close_up(client: FlaskClient, wall: str):
    """The head fills the picture: it is square, and not larger than it is in the photo."""
    picture = picture_of(client.get(f"{wall}/on/ada/black.jpg").data)

    assert picture.width == picture.height
    assert picture.width <= 480


def test_several_faces_can_be_chosen_from(client: FlaskClient, wall: str):
    first, second = client.get(wall).text, client.get(f"{wall}?face=1").text

    assert "2 people" in first
    assert 'href="' + wall + '?face=1"' in first
    assert "on/ada/black.jpg?face=1" in second
    assert 'name="face" value="1"' in second


@pytest.mark.parametrize("face", ["7", "-1", "x"])
def test_a_face_that_is_not_there_shows_one_that_is(client: FlaskClient, wall: str, face: str):
    page = client.get(f"{wall}?face={face}")

    assert page.status_code == 200
    assert client.get(f"{wall}/on/ada/black.jpg").status_code == 200


def test_a_typed_pd_changes_the_size_and_stays_for_the_visit(client: FlaskClient, wall: str):
    measured = client.get(f"{wall}/on/ada/black.jpg").data

    answer = send(client, f"{wall}/pd", wall, pd_mm="52", face="0")

    assert answer.status_code == 303
    assert answer.location == wall
    assert "52 mm" in client.get(wall).text
    assert client.get(f"{wall}/on/ada/black.jpg").data != measured
    assert "as you gave it" in client.get(result_of(client, wall)).text


def test_a_pd_is_of_one_face_and_can_be_forgotten(client: FlaskClient, wall: str):
    send(client, f"{wall}/pd", wall, pd_mm="52", face="1")

    assert "52 mm" in client.get(f"{wall}?face=1").text
    assert "52 mm" not in client.get(wall).text

    send(client, f"{wall}/pd", wall, pd_mm="", face="1")

    assert "52 mm" not in client.get(f"{wall}?face=1").text


@pytest.mark.parametrize("value", ["12", "630", "wide", "nan", "inf", "-60"])
def test_an_impossible_pd_is_refused_next_to_its_field(client: FlaskClient, wall: str, value: str):
    answer = send(client, f"{wall}/pd", wall, pd_mm=value, face="0")

    assert answer.status_code == 422
    assert re.search(r'<input[^>]*aria-invalid="true"[^>]*id="pd_mm"', answer.text)
    assert '<details class="measure" open>' in answer.text


def test_a_frame_can_be_tried_on(app: Flask, client: FlaskClient, wall: str):
    answer = send(client, f"{wall}/try-ons", wall, frame="ada", variant="red", face="1")

    assert answer.status_code == 303
    assert client.get(answer.location).status_code == 200
    with app.app_context():
        assert figures.today().try_ons == 1


WRONG = {
    "an unknown frame": ({"frame": "nobody", "variant": "black"}, 404),
    "an unknown colour": ({"frame": "ada", "variant": "plaid"}, 404),
    "no frame": ({"variant": "black"}, 422),
    "no colour": ({"frame": "ada"}, 422),
    "a face too many": ({"frame": "ada", "variant": "black", "face": "5"}, 422),
    "a face of words": ({"frame": "ada", "variant": "black", "face": "mine"}, 422),
    "a giant's PD": ({"frame": "ada", "variant": "black", "pd_mm": "900"}, 422),
    "endless words": ({"frame": "a" * 5000, "variant": "black"}, 422),
}


@pytest.mark.parametrize(("fields", "status"), WRONG.values(), ids=WRONG)
def test_a_wrong_choice_is_a_page_and_no_try_on(
    app: Flask, client: FlaskClient, wall: str, fields: dict[str, str], status: int
):
    answer = send(client, f"{wall}/try-ons", wall, **fields)

    assert answer.status_code == status
    assert "<h1>" in answer.text
    with app.app_context():
        assert figures.today().try_ons == 0


def test_deleting_removes_the_photo_and_everything_made_from_it(
    app: Flask, client: FlaskClient, wall: str
):
    with app.app_context():
        result = result_of(client, wall)
        before = len(on_disk())

    answer = send(client, f"{wall}/delete", wall)

    assert answer.status_code == 303
    assert "have been deleted" in client.get(answer.location).text
    for gone in (wall, f"{wall}.jpg", f"{wall}/on/ada/black.jpg", result, f"{result}.jpg"):
        assert client.get(gone).status_code == 404, gone
    with app.app_context():
        assert len(on_disk()) == before - 2


def test_deleting_twice_is_a_page_and_no_fault(client: FlaskClient, wall: str):
    """A second tab still shows the button."""
    token = csrf_of(client, wall)
    client.post(f"{wall}/delete", data={"csrf_token": token})

    assert client.post(f"{wall}/delete", data={"csrf_token": token}).status_code == 404


READ = ("", ".jpg", "/on/ada/black.jpg")
WRITTEN = ("/try-ons", "/delete", "/pd")


def test_somebody_elses_photo_is_not_there(app: Flask, client: FlaskClient, wall: str):
    """Another browser gets 404 for all of it, even one that has a photo of its own."""
    result = result_of(client, wall)
    stranger = app.test_client()
    wall_of(stranger)

    for path in READ:
        assert stranger.get(wall + path).status_code == 404, path
    for path in (result, f"{result}.jpg", f"{result}.jpg?download=1"):
        assert stranger.get(path).status_code == 404, path
    for path in WRITTEN:
        answer = send(stranger, wall + path, "/", frame="ada", variant="black")
        assert answer.status_code == 404, path
    assert client.get(wall).status_code == 200


def test_a_visitor_without_a_photo_owns_none(app: Flask, client: FlaskClient, wall: str):
    assert app.test_client().get(wall).status_code == 404
    assert app.test_client().get("/photos/").status_code == 404


def test_an_expired_photo_is_gone_at_once(
    client: FlaskClient, wall: str, monkeypatch: pytest.MonkeyPatch
):
    result = result_of(client, wall)
    token = csrf_of(client, wall)
    later = clock.now() + timedelta(hours=24, seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)

    for path in READ:
        assert client.get(wall + path).status_code == 404, path
    assert client.get(result).status_code == 404
    fields = {"csrf_token": token, "frame": "ada", "variant": "black"}
    assert client.post(f"{wall}/try-ons", data=fields).status_code == 404


@pytest.mark.parametrize("path", WRITTEN)
def test_changing_something_takes_a_token(client: FlaskClient, wall: str, path: str):
    assert client.post(wall + path).status_code == 400
    assert client.get(wall).status_code == 200


@pytest.mark.parametrize("path", ["/try-ons", "/delete", "/pd"])
def test_nothing_is_changed_by_looking(client: FlaskClient, wall: str, path: str):
    answer = client.get(wall + path)

    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


def test_shoppers_pictures_are_kept_by_no_cache(client: FlaskClient, wall: str):
    for path in (f"{wall}.jpg", f"{wall}/on/ada/black.jpg", wall):
        assert client.get(path).headers["Cache-Control"] == "private, no-store"


def test_a_walls_picture_may_stay_in_the_shoppers_own_browser_until_deletion(
    client: FlaskClient, wall: str
):
    """Its address changes with the picture; and deleting tells the browser to drop its copies."""
    page = client.get(wall).text
    named = re.search(r'class="wall-picture" src="([^"]+)"', page)
    assert named

    kept = client.get(named[1]).headers["Cache-Control"]
    send(client, f"{wall}/pd", wall, pd_mm="52", face="0")
    stale = client.get(named[1]).headers["Cache-Control"]
    gone = send(client, f"{wall}/delete", wall)

    assert kept == "private, max-age=3600, immutable"
    assert stale == "private, no-store"  # it no longer is what the address says
    assert gone.headers["Clear-Site-Data"] == '"cache"'
