"""What a page weighs as sent, pictures left out: the whole demo's wall, and a result."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.factories import FakeFinder, artwork, see_with
from tests.shoppers import wall_of
from webapp.drawn.listing import DemoVariant
from webapp.shop import catalogue
from webapp.shop.wall import PAGE

HEAVIEST = 150_000  # bytes of HTML, style sheets and scripts together, as DESIGN's bar has it
NAMED = re.compile(r'<(?:link rel="stylesheet" href|script[^>]* src)="([^"]+)"')
IMPORTED = re.compile(r'from "\./([\w-]+\.js)"|import "\./([\w-]+\.js)"')
BROWSER = {"Accept-Encoding": "gzip, deflate", "Accept-Language": "de"}  # the longer words


@pytest.fixture
def wall(app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> str:
    """The wall of a shop that sells the whole demo, under pictures that are quick to draw."""
    flat = artwork(scale=1.0)
    monkeypatch.setattr(DemoVariant, "artwork", lambda variant: flat)
    with app.app_context():
        see_with(FakeFinder())
        catalogue.load_demo()
    return wall_of(client)


def weight(client: FlaskClient, page: str) -> int:
    """Return the bytes of a page with the style sheets and scripts that it asks for."""
    html = client.get(page, headers=BROWSER)
    waiting = [address.replace("&amp;", "&") for address in NAMED.findall(html.text)]
    sent = {page: len(html.data)}
    while waiting:
        address = waiting.pop()
        with client.get(address, headers=BROWSER) as answer, client.get(address) as plain:
            sent[address] = len(answer.data)
            folder = address.rpartition("/")[0]
            modules = [a or b for a, b in IMPORTED.findall(plain.get_data(as_text=True))]
            waiting += [f"{folder}/{name}" for name in modules if f"{folder}/{name}" not in sent]
    assert len(sent) >= 5, sent  # the page's own, and at least a script and a style sheet of ours
    return sum(sent.values())


def test_a_wall_of_a_whole_page_and_a_result_stay_light(client: FlaskClient, wall: str):
    page = client.get(wall, headers=BROWSER).text
    assert page.count('class="wall-card"') == PAGE
    result = try_first_on(client, wall, page)

    assert weight(client, wall) <= HEAVIEST
    assert weight(client, result) <= HEAVIEST


def try_first_on(client: FlaskClient, wall: str, page: str) -> str:
    """Try on what hangs first; return the result's address."""
    card = page[page.index('class="wall-card"') :]
    fields = {
        name: re.search(rf'name="{name}" value="([^"]+)"', card)[1]  # type: ignore[index]
        for name in ("csrf_token", "frame", "variant")
    }
    answer = client.post(f"{wall}/try-ons", data=fields)
    assert answer.status_code == 303, answer.text
    return answer.location
