"""What the shop holds on a visit can be taken along, and be ended at once."""

import io
import json
import zipfile
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from tests.factories import on_disk
from tests.shoppers import kept_photos, open_shop, result_of, send, wall_of
from webapp.shop.photos import CONSENT_VERSION


@pytest.fixture(autouse=True)
def stocked(app: Flask, stock: Path) -> None:
    """A shop with two frames that sees one face in every photo."""
    open_shop(app, stock)


def held(client: FlaskClient) -> zipfile.ZipFile:
    """Download what is held on the visit."""
    answer = client.get("/mine/held.zip")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "private, no-store"
    return zipfile.ZipFile(io.BytesIO(answer.data))


def test_all_that_is_held_can_be_downloaded(client: FlaskClient):
    wall = wall_of(client)
    result_of(client, wall)
    result_of(client, wall, variant="red")
    wall_of(client)

    with held(client) as packed:
        names = packed.namelist()
        told = json.loads(packed.read("held.json"))
        for name in names:
            if name.endswith(".jpg"):
                with Image.open(io.BytesIO(packed.read(name))) as image:
                    assert image.format == "JPEG"

    assert set(names) == {
        "held.json",
        "photo-1.jpg",
        "photo-2.jpg",
        "photo-2/1.jpg",
        "photo-2/2.jpg",
    }
    assert [len(photo["try_ons"]) for photo in told["photos"]] == [0, 2]
    assert told["photos"][0]["agreed_to_version"] == CONSENT_VERSION
    assert told["photos"][1]["try_ons"][1]["colourway"] == "red"


def test_nothing_of_the_face_is_among_it(client: FlaskClient):
    """Geometry is in memory alone, so there is none to hand out."""
    result_of(client, wall_of(client))

    with held(client) as packed:
        told = packed.read("held.json").decode()

    assert not any(word in told for word in ("landmark", "pupil", "pd_mm", "yaw", "box"))


def test_a_stranger_gets_nothing(app: Flask, client: FlaskClient):
    wall_of(client)

    assert app.test_client().get("/mine/held.zip").status_code == 404


def test_everything_is_deleted_at_once_and_the_visit_is_left(app: Flask, client: FlaskClient):
    with app.app_context():
        before = on_disk()
    walls = [wall_of(client), wall_of(client)]
    results = [result_of(client, wall) for wall in walls]

    answer = send(client, "/mine/end", "/privacy")

    assert answer.location == "/"
    assert "2 photos, everything made from them" in client.get("/").text
    assert [client.get(path).status_code for path in (*walls, *results)] == [404] * 4
    assert kept_photos(app, client) == 0
    with app.app_context():
        assert on_disk() == before


def test_ending_twice_is_no_fault(client: FlaskClient):
    wall_of(client)
    send(client, "/mine/end", "/privacy")

    assert send(client, "/mine/end", "/privacy").status_code == 303


def test_the_time_that_is_left_is_told_and_counted_down(client: FlaskClient):
    """The hours stand in the page; its script has the instant to count to."""
    wall_of(client)

    page = client.get("/privacy").text

    assert 'data-left="%h h %m min">24 hours</time>' in page
    assert 'datetime="20' in page
