"""A result shows the try-on, what its millimetres mean, and where to go on."""

import io
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from tests.factories import FakeFinder, see_with
from tests.shoppers import open_shop, result_of, send, wall_of


@pytest.fixture(autouse=True)
def finder(app: Flask, stock: Path) -> FakeFinder:
    """A shop with two frames that sees one face in every photo."""
    return open_shop(app, stock)


@pytest.fixture
def wall(client: FlaskClient) -> str:
    """The address of a wall of the client's."""
    return wall_of(client)


def test_a_result_tells_name_price_size_and_fit(client: FlaskClient, wall: str):
    page = client.get(result_of(client, wall)).text

    for words in ("Ada", "€129", "50□20-145", "138 mm", "measured in your photo"):
        assert words in page
    assert page.count(" ± ") >= 3


def test_the_download_is_a_jpeg_of_the_photos_size_with_a_name(client: FlaskClient, wall: str):
    result = result_of(client, wall, variant="red")

    answer = client.get(f"{result}.jpg?download=1")

    assert answer.headers["Content-Disposition"] == "attachment; filename=lorgnette-ada-red.jpg"
    assert answer.headers["Cache-Control"] == "private, no-store"
    with Image.open(io.BytesIO(answer.data)) as image:
        assert image.format == "JPEG"
        assert image.size == (640, 480)


def test_the_picture_is_shown_in_place_without_a_name(client: FlaskClient, wall: str):
    answer = client.get(f"{result_of(client, wall)}.jpg?shown=1")

    assert answer.mimetype == "image/jpeg"
    assert "Content-Disposition" not in answer.headers


def test_every_colour_of_the_frame_is_offered(client: FlaskClient, wall: str):
    page = client.get(result_of(client, wall, variant="red")).text

    assert 'name="variant" value="black"' in page
    assert 'name="variant" value="red" aria-current="true"' in page


def test_the_way_leads_back_and_to_the_neighbours(client: FlaskClient, wall: str):
    page = client.get(result_of(client, wall)).text

    assert f'href="{wall}#ada"' in page
    assert "Bea" in page
    assert 'value="green"' in page


def test_a_typed_pd_fits_the_frame_again(client: FlaskClient, wall: str):
    result = result_of(client, wall)
    fields = {"frame": "ada", "variant": "black", "face": "0", "pd_mm": "55"}

    again = send(client, f"{wall}/try-ons", result, **fields)

    assert again.status_code == 303
    page = client.get(again.location).text
    assert "55.0 ± " in page
    assert "as you gave it" in page
    assert client.get(f"{again.location}.jpg").data != client.get(f"{result}.jpg").data


def test_a_full_fitting_room_answers_503_with_a_time(app: Flask, client: FlaskClient, wall: str):
    with app.app_context():
        seeing = see_with(FakeFinder(), slots=1, wait_seconds=0.01)

    with seeing.slot():
        answer = send(client, f"{wall}/try-ons", "/", frame="ada", variant="black")

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "1"
    assert "full just now" in answer.text


def worn(wall: str, **fields: str) -> dict[str, str]:
    """Return a result's form as its page sends it."""
    return {"frame": "ada", "variant": "black", "face": "0", **fields}


def test_buttons_move_the_frame_and_undo_puts_it_back(client: FlaskClient, wall: str):
    result = result_of(client, wall)

    raised = send(client, f"{wall}/try-ons", result, **worn(wall, up="1", step="up")).location
    page = client.get(raised).text
    assert 'name="up" value="2.0"' in page
    assert "2.0 mm up" in page
    assert client.get(f"{raised}.jpg").data != client.get(f"{result}.jpg").data

    back = send(client, f"{wall}/try-ons", raised, **worn(wall, up="2", step="reset")).location
    assert "As it comes to rest" in client.get(back).text
    assert client.get(f"{back}.jpg").data == client.get(f"{result}.jpg").data


def test_a_frame_stops_where_the_nose_ends(client: FlaskClient, wall: str):
    far = send(client, f"{wall}/try-ons", wall, **worn(wall, up="99", step="up")).location

    page = client.get(far).text

    assert re.search(r'value="up" disabled', page)
    assert 'name="up" value="99' not in page


@pytest.mark.parametrize("wrong", [{"up": "nan"}, {"out": "1e9"}, {"tint": "-1"}, {"step": "x"}])
def test_amounts_that_no_page_sends_are_refused(client: FlaskClient, wall: str, wrong):
    assert send(client, f"{wall}/try-ons", wall, **worn(wall, **wrong)).status_code == 422


def test_the_picture_follows_while_the_frame_is_moved(client: FlaskClient, wall: str):
    result = result_of(client, wall)

    resting = client.get(f"{result}/moved.jpg")
    moved = client.get(f"{result}/moved.jpg?up=2&tilt=4")

    assert resting.mimetype == "image/jpeg"
    assert resting.headers["Cache-Control"] == "private, no-store"
    assert moved.data != resting.data
    assert client.get(f"{result}/moved.jpg?up=nan").status_code == 422


def test_a_result_tells_each_eyes_pd_and_the_fitting_height(client: FlaskClient, wall: str):
    page = client.get(result_of(client, wall)).text

    for words in (
        "for far sight",
        "Right eye",
        "Left eye",
        "on the camera (near)",
        "Fitting height",
    ):
        assert words in page
    assert page.count(" ± ") >= 7


def test_a_child_is_measured_as_one_on_every_try_on(client: FlaskClient, wall: str):
    adult = client.get(result_of(client, wall)).text

    child = send(client, f"{wall}/try-ons", wall, **worn(wall, age="child")).location
    page = client.get(child).text
    next_one = client.get(result_of(client, wall, variant="red")).text

    assert 'value="child" checked' in page
    assert 'value="child" checked' in next_one
    assert 'value="adult" checked' in adult
    assert pd_on(page) < pd_on(adult)
    assert pd_on(next_one) == pd_on(page)


def pd_on(page: str) -> float:
    """Return the far PD that a result tells, mm."""
    found = re.search(r"for far sight</dt><dd>([0-9.]+)", page)
    assert found
    return float(found[1])


MARKS = {"x1": "42", "y1": "25", "x2": "58", "y2": "25"}


def test_a_card_measures_the_pd_for_every_try_on_of_the_photo(client: FlaskClient, wall: str):
    result = result_of(client, wall)

    answer = send(client, f"{result}/card", f"{result}/card", **MARKS)

    assert answer.status_code == 303
    page = client.get(answer.location).text
    assert "by your card" in page
    other = client.get(result_of(client, wall, variant="red")).text
    assert "by your card" in other
    assert pd_on(other) == pd_on(page)
    narrower = send(client, f"{result}/card", f"{result}/card", **MARKS | {"x2": "57"}).location
    assert pd_on(client.get(narrower).text) > pd_on(page)


@pytest.mark.parametrize(
    ("marks", "words"),
    [
        ({"x2": "42"}, "same spot"),
        ({"x1": "-3"}, "between 0 and 100"),
        ({"x1": "nan"}, "between 0 and 100"),
        ({"y1": ""}, "between 0 and 100"),
        ({"x1": "45", "x2": "55"}, "ends of a bank card"),
    ],
)
def test_marks_that_cannot_be_a_card_are_explained_and_kept(
    client: FlaskClient, wall: str, marks: dict[str, str], words: str
):
    result = result_of(client, wall)

    answer = send(client, f"{result}/card", f"{result}/card", **MARKS | marks)

    assert answer.status_code == 422
    assert words in answer.text
    assert 'value="58' in answer.text or "x2" in marks
    assert "measured in your photo" in client.get(result).text


def test_a_typed_pd_takes_the_cards_place(client: FlaskClient, wall: str):
    result = result_of(client, wall)
    send(client, f"{result}/card", f"{result}/card", **MARKS)

    typed = send(client, f"{wall}/try-ons", result, **worn(wall, pd_mm="61")).location

    assert "as you gave it" in client.get(typed).text


def test_a_strangers_card_page_is_not_there(app: Flask, client: FlaskClient, wall: str):
    result = result_of(client, wall)

    assert app.test_client().get(f"{result}/card").status_code == 404
    assert app.test_client().get(f"{result}/moved.jpg").status_code == 404
