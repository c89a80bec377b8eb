"""Lenses are chosen by picture on a result; what is chosen is kept, carried along and told."""

import html
import json
import re
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.factories import GREY, LIGHT_ADAPTIVE, FakeFinder, offer
from tests.shoppers import open_shop, result_of, send, wall_of
from webapp.shop import figures

LENSES = re.compile(r'id="lenses".*?</form>', re.DOTALL)
PICTURE = re.compile(r'<img src="([^"]+)"')
GONE = "These lenses are no longer offered"


@pytest.fixture(autouse=True)
def finder(app: Flask, stock: Path) -> FakeFinder:
    """A shop that sees one face in every photo; of its two frames, ada has lenses to choose."""
    finder = open_shop(app, stock)
    with app.app_context():
        offer("ada", GREY, LIGHT_ADAPTIVE)
    return finder


@pytest.fixture
def wall(client: FlaskClient) -> str:
    """The address of a wall of the client's."""
    return wall_of(client)


def choose(client: FlaskClient, wall: str, lens: str, **fields: str) -> str:
    """Choose a lens for the black ada as a result's form does; return the new result's address."""
    form = {"frame": "ada", "variant": "black", "face": "0", **fields}
    answer = send(client, f"{wall}/try-ons", wall, **form, lens=lens)
    assert answer.status_code == 303, answer.text
    return answer.location


def lenses_on(page: str) -> str:
    """Return the form of lenses on a result's page."""
    found = LENSES.search(page)
    assert found, "no lenses to choose"
    return found[0]


def pictures_in(form: str) -> list[str]:
    """Return the addresses of a form's pictures."""
    return [html.unescape(address) for address in PICTURE.findall(form)]


def test_every_lens_of_the_frame_is_a_picture_to_choose(client: FlaskClient, wall: str):
    form = lenses_on(client.get(result_of(client, wall)).text)

    pictures = [client.get(address).data for address in pictures_in(form)]
    assert len(set(pictures)) == 3
    assert 'name="lens" value="" aria-current="true"' in form
    assert 'name="lens" value="grey"' in form
    assert "+ €39" in form


def test_a_frame_without_other_lenses_offers_none(client: FlaskClient, wall: str):
    page = client.get(result_of(client, wall, "bea", "green")).text

    assert 'name="lens"' not in page


def test_a_chosen_lens_is_worn_told_and_paid_for(client: FlaskClient, wall: str):
    plain = result_of(client, wall)

    chosen = choose(client, wall, "grey")

    page = client.get(chosen).text
    assert client.get(f"{chosen}.jpg").data != client.get(f"{plain}.jpg").data
    assert 'name="lens" value="grey" aria-current="true"' in lenses_on(page)
    assert "€168" in page  # 129 and 39
    assert "· Grey, category 3" in page


def test_the_download_is_named_after_the_lens(client: FlaskClient, wall: str):
    answer = client.get(f"{choose(client, wall, 'grey')}.jpg?download=1")

    assert "lorgnette-ada-black-grey.jpg" in answer.headers["Content-Disposition"]


def test_colours_and_nudges_keep_the_lens(client: FlaskClient, wall: str):
    chosen = choose(client, wall, "grey")
    page = client.get(chosen).text

    red = choose(client, wall, "grey", variant="red")
    raised = choose(client, wall, "grey", step="up")

    forms = re.findall(r'<form (?:class="choices"|class="nudges").*?</form>', page, re.DOTALL)
    others = [form for form in forms if 'id="lenses"' not in form]
    assert len(others) == 2
    assert all('type="hidden" name="lens" value="grey"' in form for form in others)
    assert "Red · Grey, category 3" in client.get(red).text
    assert "1.0 mm up" in client.get(raised).text
    assert client.get(f"{chosen}/moved.jpg?up=2").data != client.get(f"{chosen}/moved.jpg").data


def test_while_it_is_moved_the_frame_keeps_its_lens(client: FlaskClient, wall: str):
    plain, chosen = result_of(client, wall), choose(client, wall, "grey")

    assert client.get(f"{plain}/moved.jpg").data != client.get(f"{chosen}/moved.jpg").data


def test_lenses_that_darken_bring_their_slider(client: FlaskClient, wall: str):
    clear = client.get(choose(client, wall, "light-adaptive", tint="0"))
    dark = client.get(choose(client, wall, "light-adaptive", tint="100"))

    assert 'id="tint" name="tint" min="0" max="100" step="5" value="0"' in clear.text
    assert 'value="100"' in dark.text
    assert 'id="tint"' not in client.get(choose(client, wall, "grey")).text


@pytest.mark.parametrize("offered", [True, False], ids=["offered there", "not offered there"])
def test_the_next_frame_keeps_the_lens_where_it_has_it(app, client, wall, offered: bool):
    if offered:
        with app.app_context():
            offer("bea", GREY)

    page = client.get(choose(client, wall, "grey")).text

    way = page[page.index('class="next"') :].split("</form>")[0]
    assert 'value="bea"' in way
    assert ('name="lens" value="grey"' in way) == offered


def test_a_lens_taken_off_meanwhile_is_told_and_nothing_is_lost(app, client, wall):
    chosen = choose(client, wall, "grey")
    with app.app_context():
        offer("ada", LIGHT_ADAPTIVE)

    page = client.get(chosen).text
    assert "no longer offered. Please choose others" in page
    assert "Grey, category 3" not in page
    assert client.get(f"{chosen}.jpg").status_code == 200
    assert client.get(f"{chosen}/moved.jpg").status_code == 200
    again = client.get(choose(client, wall, "grey"))
    assert GONE in again.text
    assert 'name="lens" value="" aria-current="true"' in again.text


def test_a_shared_link_tells_the_lens_and_its_price(client: FlaskClient, wall: str):
    chosen = choose(client, wall, "grey")

    answer = send(client, f"{chosen}/share", chosen)
    found = re.search(r'value="http://[^/]+(/s/[\w-]+)"', client.get(answer.location).text)

    assert found
    page = client.get(found[1]).text
    assert "Grey, category 3" in page
    assert "€168" in page


def test_what_is_held_names_the_lens(client: FlaskClient, wall: str):
    choose(client, wall, "grey")

    answer = client.get("/mine/held.zip")

    with zipfile.ZipFile(BytesIO(answer.data)) as packed:
        told = json.loads(packed.read("held.json"))
    assert told["photos"][0]["try_ons"][0]["lens"] == "grey"


def test_a_picture_under_anothers_address_never_takes_its_place(client: FlaskClient, wall: str):
    """An address that mixes one lens's name with another picture's letters shows what it names."""
    page = client.get(result_of(client, wall)).text
    own, grey, _ = pictures_in(lenses_on(page))
    plain = client.get(own).data

    mixed = client.get(own.replace("v=", "lens=grey&v="))

    assert mixed.data == client.get(grey).data
    assert client.get(own).data == plain
    assert client.get(own.replace("v=", "lens=pink&v=")).status_code == 404


def test_an_unknown_lens_is_not_a_way_to_fail(app: Flask, client: FlaskClient, wall: str):
    page = client.get(choose(client, wall, "pink"))

    assert GONE in page.text
    with app.app_context():
        assert figures.today().try_ons == 1
