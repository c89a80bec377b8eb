"""A visitor reads the shop in the language they chose, else in the one their browser asks for."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.shoppers import csrf_of, open_shop, result_of, send, sign_in, upload, wall_of
from webapp.fitting.scene import Estimate
from webapp.web import speech

GERMAN = {"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"}


@pytest.fixture(autouse=True)
def stocked(app: Flask, stock: Path) -> None:
    """A shop with two frames that sees one face in every photo."""
    open_shop(app, stock)


def language_of(page: str) -> str:
    """Return the language that a page says it is in."""
    found = re.search(r'<html lang="([^"]+)">', page)
    assert found
    return found[1]


@pytest.mark.parametrize(
    ("asked", "spoken"),
    [("de-CH", "de"), ("fr, de;q=0.5", "de"), ("fr", "en"), ("en-GB, de;q=0.5", "en"), ("", "en")],
)
def test_a_page_is_in_the_best_language_that_the_browser_asks_for(
    client: FlaskClient, asked: str, spoken: str
):
    page = client.get("/", headers={"Accept-Language": asked}).text

    assert language_of(page) == spoken
    assert ("Die Kollektion" in page) == (spoken == "de")


def test_what_a_visitor_chose_outweighs_what_the_browser_asks_for(client: FlaskClient):
    answer = send(client, "/language", language="de", next="/privacy")

    assert answer.status_code == 303
    assert answer.location == "/privacy"
    assert language_of(client.get("/privacy", headers={"Accept-Language": "en"}).text) == "de"
    send(client, "/language", language="en", next="/privacy")
    assert language_of(client.get("/privacy", headers=GERMAN).text) == "en"


def test_the_language_of_now_is_marked(client: FlaskClient):
    page = client.get("/", headers=GERMAN).text

    assert re.search(r'value="de" lang="de" aria-current="true"', page)
    assert not re.search(r'value="en" lang="en" aria-current', page)


def test_an_unknown_language_is_refused_with_words(client: FlaskClient):
    answer = send(client, "/language", language="tlh")

    assert answer.status_code == 400
    assert "did not understand" in answer.text


@pytest.mark.parametrize(
    "elsewhere",
    ["//evil.example/", "https://evil.example/", "/\\evil.example", "/photos", "", "nowhere"],
)
def test_the_switch_leads_nowhere_else(client: FlaskClient, elsewhere: str):
    """Neither to another host, nor to an address that no page stands at."""
    assert send(client, "/language", language="de", next=elsewhere).location == "/"


def test_after_a_refused_form_the_switch_leads_to_the_page_it_stood_on(client: FlaskClient):
    wall = wall_of(client)

    answer = client.post(
        "/language",
        data={"csrf_token": csrf_of(client), "language": "de", "next": ""},
        headers={"Referer": f"http://localhost{wall}?face=0"},
    )

    assert answer.location == f"{wall}?face=0"


def test_a_whole_visit_is_in_german(client: FlaskClient):
    send(client, "/language", language="de")
    wall = wall_of(client)
    result = result_of(client, wall)

    for path in ("/", "/camera", "/privacy", wall, result, f"{result}/card", "/nowhere"):
        page = client.get(path).text
        assert language_of(page) == "de", path
        assert "Zum Inhalt springen" in page, path
    assert "129 €" in client.get(wall).text
    assert re.search(r"\d,\d ± \d,\d mm", client.get(result).text)


def test_a_refusal_is_said_in_german_to_pages_and_to_scripts(client: FlaskClient):
    send(client, "/language", language="de")

    page = upload(client, b"no picture")
    script = upload(client, b"no picture", Accept="application/json")

    assert "kein Foto, das wir lesen können" in page.text
    assert script.json
    assert script.json["title"] == "Diese Datei ist kein Foto, das wir lesen können"


@pytest.mark.parametrize("typed", ["63,5", "63.5", " 63,5 "])
def test_a_pd_may_be_typed_with_a_comma(client: FlaskClient, typed: str):
    wall = wall_of(client)

    assert send(client, f"{wall}/pd", wall, pd_mm=typed, face="0").status_code == 303
    assert "63.5 mm" in client.get(wall).text


def test_the_back_office_speaks_english_alone(app: Flask, client: FlaskClient):
    login = client.get("/admin/login", headers=GERMAN).text
    sign_in(app, client)
    frames = client.get("/admin/frames", headers=GERMAN).text

    for page in (login, frames):
        assert language_of(page) == "en"
        assert 'action="/language"' not in page


def test_the_api_speaks_english_alone(client: FlaskClient):
    answer = client.get("/api/v1/frames", headers=GERMAN)

    assert answer.status_code == 401
    assert answer.json
    assert "API key" in answer.json["title"]


@pytest.mark.parametrize(
    ("asked", "cents", "currency", "said"),
    [
        ("en", 14900, "EUR", "€149"),
        ("en", 14950, "EUR", "€149.50"),
        ("en", 1234500, "GBP", "£12,345"),
        ("de", 14900, "EUR", "149 €"),
        ("de", 14950, "EUR", "149,50 €"),
        ("de", 1234500, "EUR", "12.345 €"),
    ],
)
def test_money_is_written_as_the_language_writes_it(
    app: Flask, asked: str, cents: int, currency: str, said: str
):
    with app.test_request_context("/", headers={"Accept-Language": asked}):
        assert speech.price(cents, currency) == said


def test_lengths_and_hours_are_written_as_the_language_writes_them(app: Flask):
    with app.test_request_context("/", headers=GERMAN):
        assert speech.plus_minus(Estimate(63.14, 1.86, "iris")) == "63,1 ± 1,9 mm"
        assert speech.millimetres(17.5) == "17,5 mm"
        assert speech.millimetres(52.0) == "52 mm"
        soon = datetime.now(UTC) + timedelta(minutes=20)
        assert speech.hours_left(soon) == "1 Stunde"
        assert speech.hours_left(soon + timedelta(hours=2)) == "3 Stunden"
