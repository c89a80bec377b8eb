"""Owners set the shop up: each setting is checked, counts at once, is logged and taken back."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.shoppers import EMAIL, open_shop, result_of, send, sign_in, upload, wall_of
from webapp.config import ROOT
from webapp.errors import InvalidFrame
from webapp.shop import accounts, audits, contrast, preferences, sweep
from webapp.storage import belongings, clock
from webapp.storage.database import reading
from webapp.storage.tables import Image, Photo

PAGE = "/admin/settings"
GROUND = re.compile(r"--paper(?:-raised|-sunk)?: (#[0-9a-f]{6})")


@pytest.fixture(autouse=True)
def _shop(app: Flask, stock: Path) -> None:
    open_shop(app, stock)


@pytest.fixture
def owner(app: Flask) -> FlaskClient:
    """An owner's browser."""
    client = app.test_client()
    sign_in(app, client)
    return client


def change(owner: FlaskClient, **values: str):
    return send(owner, PAGE, PAGE, **values)


def ends(app: Flask) -> set[timedelta]:
    """How long photos, and pictures that expire, are kept."""
    with app.app_context(), reading() as session:
        photos = {row.expires_at - row.created_at for row in session.scalars(select(Photo))}
        (photo,) = session.scalars(select(Photo))
        pictures = session.scalars(select(Image).where(Image.expires_at.is_not(None)))
        return photos | {row.expires_at - photo.created_at for row in pictures if row.expires_at}


def test_a_name_counts_at_once_everywhere_and_is_logged(
    app: Flask, owner: FlaskClient, client: FlaskClient
):
    assert change(owner, SHOP_NAME="Brille & Co").status_code == 303

    assert "Brille &amp; Co" in client.get("/").text
    assert "Brille &amp; Co" in client.get("/privacy").text
    with app.app_context():
        (last, *_), _ = audits.page(accounts.everyone()[0], 1)
    assert (last.who, last.action, last.subject) == (EMAIL, "setting changed", "SHOP_NAME")
    assert last.differences == (("value", None, "Brille & Co"),)


def test_fewer_hours_count_for_what_is_stored_already(
    app: Flask, owner: FlaskClient, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
):
    wall = wall_of(client)
    result_of(client, wall)

    change(owner, PHOTO_HOURS="3")

    assert ends(app) == {timedelta(hours=3)}
    later = clock.now() + timedelta(hours=3, seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert client.get(wall).status_code == 404
    with app.app_context():
        assert sweep.run().expired == 1


def test_more_hours_count_only_for_photos_to_come(
    app: Flask, owner: FlaskClient, client: FlaskClient
):
    """Whoever agreed to a day is not kept for three."""
    wall_of(client)
    before = ends(app)

    change(owner, PHOTO_HOURS="72")

    assert ends(app) == before
    assert "72 hours" in client.get("/").text
    other = app.test_client()
    upload(other)
    cookie = other.get_cookie("lorgnette")
    assert cookie
    assert cookie.expires
    assert timedelta(hours=71) < cookie.expires - clock.now() < timedelta(hours=73)


def test_own_words_of_consent_have_a_version_of_their_own(
    app: Flask, owner: FlaskClient, client: FlaskClient
):
    words = "We show glasses on your photo for {hours} hours. <b>Nothing else.</b>"

    change(owner, CONSENT_WORDS_EN=words)

    page = client.get("/").text
    assert "for 24 hours. &lt;b&gt;Nothing else.&lt;/b&gt;" in page
    upload(client)
    with app.app_context(), reading() as session:
        version = preferences.consent_version()
        assert version.startswith("own-")
        assert session.scalars(select(Photo.consent_version)).one() == version
    assert version in client.get("/privacy").text


def test_who_agreed_to_other_words_is_asked_again(owner: FlaskClient, client: FlaskClient):
    """The page was open while the words were changed."""
    field = re.search(r'name="agreed_to"[^>]*value="([^"]+)"', client.get("/").text)
    assert field
    change(owner, CONSENT_WORDS_EN="Other words, for {hours} hours.")

    answer = send(client, "/photos", "/", consent="y", agreed_to=field[1])

    assert answer.status_code == 422
    assert "We need your agreement first" in answer.text or "tick the box" in answer.text


@pytest.mark.parametrize(
    ("name", "value", "advice"),
    [
        ("PHOTO_HOURS", "0", "1 to 720"),
        ("PHOTO_HOURS", "a day", "1 to 720"),
        ("SHOP_NAME", "x" * 61, "60 characters"),
        ("CONSENT_WORDS_EN", "We keep it.", "{hours}"),
        ("ACCENT", "brown", "#rrggbb"),
        ("ACCENT", "#ffd0a0", "darker"),
        ("ACCENT_DARK", "#402010", "lighter"),
        ("EMBED_SITES", "http://shop.example", "https://"),
        ("EMBED_SITES", "https://shop.example/frames", "https://"),
        ("EMBED_SITES", "https://*.example", "https://"),
        ("EMBED_SITES", "https://shop.example;script-src", "https://"),
        ("CURRENCIES", "Euro", "three letters"),
    ],
)
def test_what_can_not_be_is_refused_at_its_field(
    app: Flask, owner: FlaskClient, name: str, value: str, advice: str
):
    answer = change(owner, **{"SHOP_NAME": "Other name", name: value})

    assert answer.status_code == 422
    assert advice in answer.text
    assert f'id="{name}-error"' in answer.text
    with app.app_context():
        assert belongings.settings()["SHOP_NAME"] == "Lorgnette"  # all or nothing


def test_the_last_change_is_taken_back(app: Flask, owner: FlaskClient, client: FlaskClient):
    change(owner, SHOP_NAME="First")
    change(owner, SHOP_NAME="Second")
    found = re.findall(r'name="change" value="(\d+)"', owner.get(PAGE).text)
    assert len(found) == 1

    assert send(owner, f"{PAGE}/undo", PAGE, change=found[0]).status_code == 303
    assert "First" in client.get("/").text

    assert send(owner, f"{PAGE}/undo", PAGE, change=found[0]).status_code == 409


def test_empty_is_as_it_came(app: Flask, owner: FlaskClient, client: FlaskClient):
    change(owner, SHOP_NAME="Other", PHOTO_HOURS="5")
    change(owner, SHOP_NAME="", PHOTO_HOURS="")

    page = client.get("/").text

    assert "Lorgnette" in page
    assert "24 hours" in page


def test_colours_come_as_a_stylesheet(owner: FlaskClient, client: FlaskClient):
    assert "theme.css" not in client.get("/").text
    change(owner, ACCENT="#006644", ACCENT_DARK="#7fe0b0")

    link = re.search(r'href="(/theme\.css\?v=\w+)"', client.get("/").text)
    assert link
    answer = client.get(link[1])

    assert answer.mimetype == "text/css"
    assert "--accent: #006644; --accent-rgb: 0, 102, 68" in answer.text
    assert "prefers-color-scheme: dark" in answer.text
    assert "immutable" in answer.headers["Cache-Control"]


def test_contrast_is_judged_on_the_grounds_of_the_design():
    day, _, dark = (
        (ROOT / "static/css/site.css").read_text().partition("prefers-color-scheme: dark")
    )

    assert set(contrast.GROUNDS["ACCENT"]) == set(GROUND.findall(day))
    if dark:
        assert set(contrast.GROUNDS["ACCENT_DARK"]) == set(GROUND.findall(dark))


def test_frames_are_priced_in_the_shops_currencies(app: Flask, owner: FlaskClient):
    change(owner, CURRENCIES="chf, EUR chf")

    with app.app_context():
        assert belongings.settings()["CURRENCIES"] == "CHF EUR"
        preferences.require_currency("CHF")
        with pytest.raises(InvalidFrame):
            preferences.require_currency("USD")
