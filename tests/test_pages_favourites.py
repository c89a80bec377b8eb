"""Hearts, frames side by side and the way to the shop: kept for the visit, and counted."""

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.factories import FakeFinder
from tests.shoppers import csrf_of, open_shop, send, wall_of
from webapp.shop import catalogue, figures
from webapp.storage.database import reading, writing
from webapp.storage.tables import Event, Frame

LINK = "https://shop.example/ada?size=50"


@pytest.fixture(autouse=True)
def finder(app: Flask, stock: Path) -> FakeFinder:
    """A shop with two frames that sees one face in every photo."""
    return open_shop(app, stock)


@pytest.fixture
def wall(client: FlaskClient) -> str:
    """The address of a wall of the client's."""
    return wall_of(client)


def counted(app: Flask, kind: str) -> int:
    with app.app_context(), reading() as session:
        query = select(func.count()).select_from(Event).where(Event.kind == kind)
        return session.scalar(query) or 0


def press(client: FlaskClient, wall: str, heart: str = "on", **fields: str) -> str:
    """Press a heart on the wall, and return where that leads."""
    fields = {"frame": "ada", "variant": "red", "next": f"{wall}#ada", "heart": heart, **fields}
    answer = send(client, "/favourites/", wall, **fields)
    assert answer.status_code == 303, answer.text
    return answer.location


def test_a_heart_marks_a_colour_once_and_leads_back(app: Flask, client: FlaskClient, wall: str):
    assert press(client, wall) == f"{wall}#ada"
    press(client, wall)

    page = client.get("/favourites/").text
    assert page.count('class="wall-card"') == 1
    assert "on/ada/red.jpg" in page
    assert 'value="frame-off" aria-pressed="true"' in client.get(wall).text
    assert counted(app, figures.FAVOURITE) == 1


def test_a_heart_pressed_again_lets_the_frame_go(client: FlaskClient, wall: str):
    press(client, wall)
    press(client, wall, variant="black")
    press(client, wall, "frame-off", variant="black")

    assert "Nothing here yet" in client.get("/favourites/").text

    press(client, wall, "off")  # from a tab that still shows it


def test_a_script_gets_the_new_heart_alone(client: FlaskClient, wall: str):
    fields = {"frame": "ada", "variant": "red", "heart": "frame-on", "csrf_token": csrf_of(client)}

    answer = client.post("/favourites/", data=fields, headers={"HX-Request": "true"})

    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert 'value="frame-off"' in answer.text


def test_favourites_outlive_the_photo_and_belong_to_one_visit(
    app: Flask, client: FlaskClient, wall: str
):
    press(client, wall)
    send(client, f"{wall}/delete", wall)

    page = client.get("/favourites/").text

    assert "/frames/ada/red.webp" in page
    assert "photos/" not in re.sub(r'href="/photos/?"', "", page)
    assert "Nothing here yet" in app.test_client().get("/favourites/").text


def test_a_frame_that_is_retired_is_no_favourite_any_more(
    app: Flask, client: FlaskClient, wall: str
):
    press(client, wall)
    with app.app_context():
        catalogue.retire("ada")

    assert "Nothing here yet" in client.get("/favourites/").text


@pytest.mark.parametrize(
    "fields", [{"frame": "nobody"}, {"variant": "plaid"}, {"frame": ""}, {"frame": "a" * 5000}]
)
def test_what_is_not_there_cant_be_marked(client: FlaskClient, wall: str, fields: dict[str, str]):
    marked = {"frame": "ada", "variant": "red", "heart": "on", **fields}

    assert send(client, "/favourites/", wall, **marked).status_code == 404


def test_a_heart_leads_to_no_other_host(client: FlaskClient, wall: str):
    assert press(client, wall, next="https://elsewhere.example/") == "/"


def test_frames_stand_side_by_side_with_their_millimetres(client: FlaskClient, wall: str):
    page = client.get(f"{wall}/compare?pick=ada.red&pick=bea.green").text

    assert "on/ada/red.jpg" in page
    assert "on/bea/green.jpg" in page
    assert len(re.findall(r"Frame less face</dt><dd>-?[\d.]+ ± [\d.]+ mm", page)) == 2


def test_comparing_says_what_it_lacks(client: FlaskClient, wall: str):
    few = client.get(f"{wall}/compare?pick=ada.red")
    gone = client.get(f"{wall}/compare?pick=ada.red&pick=bea.green&pick=zoe.blue")
    many = client.get(f"{wall}/compare?" + "&".join(f"pick=ada.c{n}" for n in range(9)))
    stranger = client.get("/photos/nobodys/compare?pick=ada.red")

    assert "two to four frames" in few.text
    assert "no longer here" in gone.text
    assert "Four frames are the most" in many.text
    assert stranger.status_code == 404


def test_the_way_to_the_shop_is_the_frames_own_and_counted(
    app: Flask, client: FlaskClient, wall: str
):
    with app.app_context(), writing() as session:
        session.scalars(select(Frame).where(Frame.slug == "ada")).one().shop_link = LINK

    answer = client.get("/frames/ada/red/shop?to=https://elsewhere.example/")

    assert (answer.status_code, answer.location) == (303, LINK)
    assert answer.headers["Referrer-Policy"] == "same-origin"  # no address of a photo goes along
    client.head("/frames/ada/red/shop")
    client.get("/frames/ada/red/shop", headers={"Sec-Purpose": "prefetch"})
    assert counted(app, figures.SHOP_LINK) == 1
    assert client.get("/frames/bea/green/shop").status_code == 404  # nobody said where
    assert client.get("/frames/ada/plaid/shop").status_code == 404


def test_whoever_comes_for_what_was_taken_off_is_led_back(
    app: Flask, client: FlaskClient, wall: str
):
    with app.app_context():
        catalogue.retire("ada")

    answer = client.get("/frames/ada/red/shop", headers={"Referer": f"http://localhost{wall}"})

    assert (answer.status_code, answer.location) == (303, wall)
    assert "not sold here any more" in client.get(wall).text
    assert counted(app, figures.SHOP_LINK) == 0


def test_favourites_are_worn_by_whoever_tried_on_last(
    client: FlaskClient, finder: FakeFinder, wall: str
):
    finder.count = 2
    pair = wall_of(client)
    press(client, pair)
    client.get(f"{pair}?face=1")

    page = client.get("/favourites/").text
    assert re.search(rf'{pair}/on/ada/red.jpg\?[^"]*face=1', page)
    assert f'href="{pair}?face=1"' in page  # back to the frames on that face
    assert page.count('name="face" value="1"') == 2  # tried on and compared on it, too

    client.get(wall)  # another photo of the visit
    page = client.get("/favourites/").text
    assert f"{wall}/on/ada/red.jpg" in page
    assert "face=1" not in page


def test_my_photos_lead_to_whoever_tried_on(client: FlaskClient, finder: FakeFinder):
    finder.count = 2
    pair = wall_of(client)
    client.get(f"{pair}?face=1")

    assert f'href="{pair}?face=1"' in client.get("/privacy").text
