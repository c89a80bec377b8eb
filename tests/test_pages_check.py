"""What is to be decided about a photo: who is trying on, and whether it is good enough."""

import io
import re
from pathlib import Path

import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select

from tests.factories import FakeFinder, see_with
from tests.shoppers import open_shop, send, upload
from webapp.faces.finder import FaceFinder
from webapp.storage.database import writing
from webapp.storage.tables import Variant


@pytest.fixture(autouse=True)
def stocked(app: Flask, stock: Path) -> None:
    """A shop with two frames that sees two faces in every photo."""
    open_shop(app, stock, count=2)


def checked(client: FlaskClient) -> str:
    """Send a photo that leaves something to decide, and return the page's address."""
    answer = upload(client)
    assert answer.status_code == 303
    assert answer.location.endswith("/check")
    return answer.location


def test_a_photo_of_several_people_asks_who_is_trying_on(client: FlaskClient):
    address = checked(client)
    wall = address.removesuffix("/check")
    page = client.get(address).text

    listed = re.findall(r'<a class="btn[^"]*" href="([^"]+)"', page)
    assert [wall, f"{wall}?face=1"] == [one for one in listed if one.startswith(wall)]
    boxed = re.findall(r'<a href="([^"]+)" tabindex="-1">\s*<rect', page)
    assert boxed == [wall, f"{wall}?face=1"]


def test_whoever_came_for_one_frame_says_who_wears_it(app: Flask, client: FlaskClient):
    with app.app_context(), writing() as session:
        session.scalars(select(Variant).where(Variant.slug == "red")).one().sku = "A-2"
    client.get("/try/A-2")
    address = checked(client)
    page = client.get(address).text

    assert "Choose who wears Ada in Red" in page
    assert re.findall(
        r'<button class="btn[^"]*" type="submit" form="who" name="face" value="(\d)"', page
    ) == ["0", "1"]
    assert re.findall(r'<button class="face-button"[^>]* name="face" value="(\d)"', page) == [
        "0",
        "1",
    ]
    wall = address.removesuffix("/check")
    assert f'href="{address}"' in client.get("/try/A-2").text  # and not on the largest at once

    made = send(client, f"{wall}/try-ons", address, frame="ada", variant="red", face="1")

    assert 'name="face" value="1"' in client.get(made.location).text
    assert "Choose who wears" not in client.get(checked(client)).text  # once is enough


def test_a_script_is_led_there_too(client: FlaskClient):
    answer = upload(client, Accept="application/json")

    assert answer.json
    assert answer.json["next"].endswith("/check")


def test_a_good_photo_of_one_person_goes_straight_to_its_wall(
    app: Flask, client: FlaskClient, portrait: bytes
):
    with app.app_context():
        see_with(FaceFinder())

    assert not upload(client, portrait).location.endswith("/check")


def test_a_dark_photo_says_why_and_can_be_used_anyway(
    app: Flask, client: FlaskClient, portrait: bytes
):
    with app.app_context():
        see_with(FaceFinder())
    dark = io.BytesIO()
    with Image.open(io.BytesIO(portrait)) as image:
        pixels = (np.asarray(image) * 0.12).astype(np.uint8)
    Image.fromarray(pixels).save(dark, "JPEG", quality=95)

    address = upload(client, dark.getvalue()).location
    page = client.get(address).text

    assert "rather dark" in page
    assert "Face a window" in page
    anyway = re.search(r'href="([^"]+)">Use it anyway', page)
    assert anyway
    assert client.get(anyway[1]).status_code == 200


def test_the_choice_stands_when_memory_is_full(app: Flask, client: FlaskClient):
    """Without a free slot nobody is found on the picture; the people can be chosen by number."""
    address = checked(client)
    with app.app_context():
        seeing = see_with(FakeFinder(count=2), slots=1, wait_seconds=0.01)
        with seeing.slot():
            page = client.get(address)

    assert page.status_code == 200
    assert "Person 2" in page.text
    assert "<rect" not in page.text


def test_a_strangers_photo_is_not_there_to_decide_about(app: Flask, client: FlaskClient):
    address = checked(client)

    assert app.test_client().get(address).status_code == 404


def test_a_photo_deleted_in_another_tab_is_explained(client: FlaskClient):
    address = checked(client)
    send(client, f"{address.removesuffix('/check')}/delete", address)

    page = client.get(address)

    assert page.status_code == 404
    assert "There is nothing here" in page.text
