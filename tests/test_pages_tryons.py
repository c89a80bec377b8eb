"""A result shows the try-on, what its millimetres mean, and where to go on."""

import io
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

    assert f'href="{wall}"' in page
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
