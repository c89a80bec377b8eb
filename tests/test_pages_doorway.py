"""A shop's product page leads to one frame in the fitting room, in a frame too, and back."""

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.shoppers import open_shop, send, sign_in, upload, wall_of
from webapp import create_app
from webapp.shop import catalogue
from webapp.storage.database import writing
from webapp.storage.setting_tables import ShopSetting
from webapp.storage.tables import Variant

SITE = "https://shop.example"
CART = f"{SITE}/cart?item=7"
IN_FRAME = {"Sec-Fetch-Dest": "iframe", "Sec-Fetch-Site": "cross-site"}


def numbered(app: Flask, sites: str = SITE) -> None:
    """Give ada's red a SKU and a GTIN, and let a site show the fitting room."""
    with app.app_context(), writing() as session:
        row = session.query(Variant).filter_by(slug="red").one()
        row.sku, row.gtin = "A-2", "4006381333931"
        if sites:
            session.add(ShopSetting(name="EMBED_SITES", value=sites))


@pytest.fixture(autouse=True)
def _shop(app: Flask, stock: Path) -> None:
    open_shop(app, stock)
    numbered(app)


@pytest.fixture
def https(tmp_path: Path, stock: Path) -> Flask:
    """A shop at an https address."""
    folder = tmp_path / "https"
    app = create_app(
        {"TESTING": True, "INSTANCE_DIR": str(folder), "BASE_URL": "https://fit.example"}
    )
    open_shop(app, stock)
    numbered(app)
    return app


def policy(answer) -> str:
    found = re.search(r"frame-ancestors ([^;]+)", answer.headers["Content-Security-Policy"])
    assert found
    return found[1]


@pytest.mark.parametrize("number", ["A-2", "4006381333931"])
def test_a_photo_leads_straight_to_the_frame_that_was_wanted(client: FlaskClient, number: str):
    answer = client.get(f"/try/{number}", follow_redirects=True)
    assert "Ada, Red" in answer.text

    page = client.get(upload(client).location).text

    assert "Ada" in page
    assert "Red" in page
    assert upload(client).location.startswith("/photos/")  # once is enough


def test_whoever_has_a_photo_tries_it_on_with_one_button(client: FlaskClient):
    wall_of(client)

    page = client.get("/try/A-2").text

    assert "Try it on your photo" in page
    action = re.search(r'action="(/photos/[^"]+/try-ons)"', page)
    assert action
    answer = send(client, action[1], "/try/A-2", frame="ada", variant="red")
    assert answer.location.startswith("/try-ons/")


def test_an_unknown_number_leads_to_everything_there_is(client: FlaskClient):
    answer = client.get("/try/NO-SUCH", follow_redirects=True)

    assert answer.status_code == 200
    assert "not in the fitting room" in answer.text


def test_a_retired_frame_is_not_tried_on(app: Flask, client: FlaskClient):
    with app.app_context():
        catalogue.retire("ada")

    assert "not in the fitting room" in client.get("/try/A-2", follow_redirects=True).text


def test_the_way_back_to_the_cart_stays(client: FlaskClient):
    client.get("/try/A-2", query_string={"back": CART})

    for page in ("/", "/privacy", upload(client).location):
        text = client.get(page).text
        assert f'href="{CART}" target="_top"' in text
        assert "Back to shop.example" in text


@pytest.mark.parametrize(
    "back",
    [
        "https://evil.example/cart",
        "https://shop.example.evil.example/",
        "https://shop.example@evil.example/",
        "https://user@shop.example/",
        "https://shop.example:444/",
        "http://shop.example/cart",
        "//shop.example/cart",
        "javascript:alert(1)//https://shop.example",
        "https://shop.example\\@evil.example/",
        "https://shop.example/\nx",
        "https://[",
        "data:text/html,x",
        "/cart",
    ],
)
def test_there_is_no_way_to_anywhere_else(client: FlaskClient, back: str):
    client.get("/try/A-2", query_string={"back": back})

    assert "Back to" not in client.get("/").text


def test_a_site_that_is_no_longer_allowed_is_not_led_to(app: Flask, client: FlaskClient):
    client.get("/try/A-2", query_string={"back": CART})
    with app.app_context(), writing() as session:
        session.query(ShopSetting).delete()
    app.extensions.pop("lorgnette-own-settings")

    assert "Back to" not in client.get("/").text


def test_only_allowed_sites_may_show_pages_and_none_the_back_office(app: Flask):
    client = app.test_client()

    assert policy(client.get("/")) == SITE
    assert policy(client.get("/privacy")) == SITE
    assert policy(client.get("/admin/login")) == "'none'"
    assert policy(client.get("/api/v1/docs")) == "'none'"
    assert policy(client.get("/frames/ada/red.webp")) == "'none'"


def test_a_frame_on_a_shops_page_has_a_cookie_of_its_own(https: Flask):
    base = "https://fit.example"
    framed, alone = https.test_client(), https.test_client()

    inside = framed.get("/", base_url=base, headers=IN_FRAME).headers["Set-Cookie"]
    outside = alone.get("/", base_url=base).headers["Set-Cookie"]

    assert inside.startswith("__Host-lorgnette=")
    for part in ("Secure", "HttpOnly", "SameSite=None", "Partitioned", "Path=/"):
        assert part in inside
    assert "SameSite=Lax" in outside
    assert "Partitioned" not in outside


def test_nobody_gets_such_a_cookie_where_no_site_is_allowed(https: Flask):
    with https.app_context(), writing() as session:
        session.query(ShopSetting).delete()
    https.extensions.pop("lorgnette-own-settings", None)

    answer = https.test_client().get("/", base_url="https://fit.example", headers=IN_FRAME)

    assert "SameSite=Lax" in answer.headers["Set-Cookie"]


def test_over_plain_http_a_frame_says_why_it_can_not_work(client: FlaskClient):
    page = client.get("/try/A-2", headers=IN_FRAME, follow_redirects=True)

    assert "is not secure (https)" in page.text
    assert 'target="_blank"' in page.text
    assert "is not secure" not in client.get("/").text


def test_the_back_office_gives_the_snippets(app: Flask, client: FlaskClient):
    sign_in(app, client, "viewer")

    page = client.get("/admin/snippets", query_string={"back": CART, "q": "red"}).text

    link = "http://127.0.0.1:8000/try/A-2?back=https://shop.example/cart?item%3D7"
    assert link in page
    assert "&lt;iframe src=" in page
    assert "is not https" in page
    assert "Nothing published matches" in client.get("/admin/snippets?q=green").text
    assert "none of the allowed sites" in client.get("/admin/snippets?back=https://x.example").text
