"""The privacy page speaks from the settings in force; health and product pictures are open."""

import io
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from tests.factories import frame, variant
from tests.shoppers import open_shop, send, sign_in, wall_of
from webapp.shop import catalogue
from webapp.shop.photos import CONSENT_VERSION


@pytest.fixture(autouse=True)
def stocked(app: Flask, stock: Path) -> None:
    """A shop with two frames that sees one face in every photo."""
    open_shop(app, stock)


def test_privacy_states_the_hours_and_minutes_that_are_set(app: Flask, client: FlaskClient):
    app.config.update(PHOTO_HOURS=7, FACES_MINUTES=3)

    page = re.sub(r"\s+", " ", client.get("/privacy").text)

    assert "7 hours" in page
    assert "24 hours" not in page
    assert "at most 3 minutes" in page
    assert CONSENT_VERSION in page


def test_what_is_agreed_to_is_the_same_on_both_pages(client: FlaskClient):
    """The privacy page's version belongs to the words on the start page."""
    words = "never used to train anything, and nobody but you can see it"
    start, camera, privacy = (
        re.sub(r"\s+", " ", client.get(path).text) for path in ("/", "/camera", "/privacy")
    )

    assert all(words in page for page in (start, camera, privacy))


def test_my_photos_can_be_deleted_from_the_privacy_page(client: FlaskClient):
    wall = wall_of(client)
    assert wall in client.get("/privacy").text

    assert send(client, f"{wall}/delete", "/privacy").status_code == 303

    assert wall not in client.get("/privacy").text


def test_a_strangers_privacy_page_shows_no_photo(app: Flask, client: FlaskClient):
    wall = wall_of(client)

    assert wall not in app.test_client().get("/privacy").text


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_machines_that_ask_for_health_get_no_cookie(client: FlaskClient, path: str):
    assert "Set-Cookie" not in client.get(path).headers


def test_a_product_picture_may_be_kept_and_is_asked_about_again(client: FlaskClient):
    first = client.get("/frames/ada/red.webp")

    assert first.mimetype == "image/webp"
    assert first.headers["Cache-Control"].startswith("public")
    with Image.open(io.BytesIO(first.data)) as image:
        assert image.format == "WEBP"
    again = client.get("/frames/ada/red.webp", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


def test_a_drafts_picture_is_for_admins_alone(app: Flask, client: FlaskClient):
    with app.app_context():
        frame("draught")
        variant("draught", "grey")
    admin = app.test_client()
    sign_in(app, admin)

    assert client.get("/frames/draught/grey.webp").status_code == 404
    shown = admin.get("/frames/draught/grey.webp")
    assert shown.mimetype == "image/webp"
    assert shown.headers["Cache-Control"] == "private, no-store"


def test_unknown_product_pictures_are_not_found(client: FlaskClient):
    assert client.get("/frames/ada/plaid.webp").status_code == 404
    assert client.get("/frames/nobody/black.webp").status_code == 404


def test_a_start_page_without_a_catalogue_says_so(app: Flask):
    with app.app_context():
        for slug in ("ada", "bea"):
            catalogue.retire(slug)
        frame("draught")
        variant("draught", "grey")

    page = app.test_client().get("/").text

    assert "being arranged" in page
    assert "Draught" not in page
