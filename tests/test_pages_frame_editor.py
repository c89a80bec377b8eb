"""The frame editor by forms alone: what an admin without JavaScript can do, and who may."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse

from tests.shoppers import csrf_of, open_shop, send, sign_in
from webapp.drawn.catalogue import demo_frames
from webapp.drawn.shooting import ProductPhoto, Shot, photograph
from webapp.eyewear.frame import Eyewear
from webapp.shop import accounts, audits, catalogue

LIST, NEW = "/admin/frames", "/admin/frames/new"
DEMO = next(one for one in demo_frames() if one.slug == "navarro")
FIELDS = {
    "name": "Nova", "brand": "Atelier", "type": "sun", "gender": "women", "shape": "navigator",
    "material": "acetate", "lens_width": "56", "lens_height": "44", "bridge": "17",
    "temple": "145", "width": "147", "price": "149.50", "currency": "EUR", "colour": "Havana",
    "lens": "photo", "sku": "N-1", "gtin": "4006381333931", "stock": "3",
    "shop_link": "https://shop.example/nova",
}  # fmt: skip


@pytest.fixture(scope="module")
def shot() -> ProductPhoto:
    """A product photo, tilted, with a shadow."""
    variant = DEMO.variants[0]
    eyewear = Eyewear(DEMO.marks, variant.artwork(), DEMO.build, variant.lens)
    how = Shot(width_px=1000, tilt=2.0, fill=0.78, cast=0.1)
    return photograph(eyewear, how, np.random.default_rng(1))


@pytest.fixture(autouse=True)
def stocked(app: Flask, stock: Path) -> None:
    """Two published frames, ada and bea."""
    open_shop(app, stock)


def jpeg(pixels: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=88)
    return file.getvalue()


def make(client: FlaskClient, photo: bytes, **changes: Any) -> TestResponse:
    file = FileStorage(io.BytesIO(photo), "front.jpg")
    return send(client, NEW, NEW, **{**FIELDS, "front_photo": file, **changes})


def made(app: Flask, client: FlaskClient, shot: ProductPhoto, role: str = "editor") -> str:
    sign_in(app, client, role)
    answer = make(client, jpeg(shot.pixels))
    assert answer.status_code == 303, answer.text
    return answer.location


def numbers(page: str) -> dict[str, float]:
    import re

    found = re.findall(r'<input[^>]*name="(\w+_(?:left|right)_[xy])"[^>]*value="([\d.]+)"', page)
    return {name: float(value) for name, value in found}


def test_a_frame_is_made_corrected_published_and_shown(
    app: Flask, client: FlaskClient, shot: ProductPhoto
):
    points = made(app, client, shot)
    assert points == "/admin/frames/nova/havana/points"
    page = client.get(points).text
    places = numbers(page)
    assert places["hinges_left_x"] == pytest.approx(shot.hinges[0, 0], abs=1.5 * shot.scale)
    assert places["lenses_right_y"] == pytest.approx(shot.lenses[1, 1], abs=1.5 * shot.scale)

    moved = places | {"hinges_left_y": places["hinges_left_y"] + 20}
    looked = client.get(points, query_string=moved)
    assert "Nothing is saved yet" in looked.text
    assert send(client, points, points, **moved).status_code == 303

    frame = send(client, "/admin/frames/nova/status", "/admin/frames/nova", status="published")
    assert frame.status_code == 303
    with app.app_context():
        found = catalogue.frame("nova")
    assert found.status == "published"
    assert (found.price_cents, found.type, found.variants[0].stock) == (14950, "sun", 3)
    assert found.variants[0].lens.category == 3
    assert "category 3" in found.variants[0].lens_label
    worn = client.get("/admin/frames/nova/havana/worn/0.jpg")
    assert Image.open(io.BytesIO(worn.data)).size == (480, 480)
    assert "no-store" in worn.headers["Cache-Control"]
    assert client.get("/admin/frames/nova/preview").status_code == 200


def test_every_change_is_in_the_log_and_the_last_is_undone(
    app: Flask, client: FlaskClient, shot: ProductPhoto
):
    points = made(app, client, shot, "owner")
    hinge = hinge_of(app)
    places = numbers(client.get(points).text)
    for side in ("left", "right"):
        places[f"hinges_{side}_y"] += 20
    send(client, points, points, **places)
    assert hinge_of(app)[1] > hinge[1] + 1

    answer = send(client, "/admin/frames/nova/undo", "/admin/frames/nova")

    assert answer.status_code == 303
    np.testing.assert_allclose(hinge_of(app), hinge, atol=0.02)
    with app.app_context():
        owner = accounts.everyone()[0]
        actions = [one.action for one in audits.page(owner, 1)[0]]
    assert actions.count("colourway changed") == 2
    assert actions.count("frame changed") == 2


def hinge_of(app: Flask) -> tuple[float, float]:
    with app.app_context():
        return catalogue.frame("nova").build.hinge


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"lens_width": "49"}, "The size marks don&#39;t fit the picture"),
        ({"width": "120"}, "Should be 129 to 161 mm."),
        ({"lens_width": "5"}, "Between 28 and 75."),
        ({"gtin": "4006381333930"}, "its last digit should be 1"),
        ({"shop_link": "ftp://x"}, "an address as https://"),
        ({"name": ""}, "Please fill this in."),
    ],
)
def test_a_form_that_cant_be_so_comes_back_with_the_reason_and_its_fields(
    app: Flask, client: FlaskClient, shot: ProductPhoto, change: dict[str, str], told: str
):
    sign_in(app, client, "editor")

    answer = make(client, jpeg(shot.pixels), **change)

    assert answer.status_code == 422
    assert told in answer.text
    assert 'value="Atelier"' in answer.text
    assert "Nova" not in client.get(LIST).text


def lopsided(pixels: np.ndarray) -> np.ndarray:
    width = pixels.shape[1]
    squeezed = np.asarray(Image.fromarray(pixels[:, : width // 2]).resize((width // 3, 500)))
    sheared = pixels.copy()
    sheared[:, : width // 2] = 255
    sheared[: squeezed.shape[0], width // 2 - squeezed.shape[1] : width // 2] = squeezed
    return sheared


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda p: p[:, : int(0.8 * p.shape[1])], "The frame is cut off"),
        (lambda p: np.full_like(p, 255), "There is no frame in that picture"),
        (lambda p: np.random.default_rng(0).integers(0, 255, p.shape, np.uint8), "not plain"),
        (lopsided, "not seen square on"),
    ],
    ids=["cropped", "blank", "busy", "lopsided"],
)
def test_a_photo_that_wont_do_is_explained_at_its_field(
    app: Flask, client: FlaskClient, shot: ProductPhoto, spoil: Any, told: str
):
    sign_in(app, client, "editor")

    answer = make(client, jpeg(np.ascontiguousarray(spoil(shot.pixels))))

    assert answer.status_code == 422
    assert told in answer.text
    assert 'id="front_photo-error"' in answer.text


def test_without_a_photo_a_frame_is_not_made(app: Flask, client: FlaskClient):
    sign_in(app, client, "editor")

    answer = send(client, NEW, NEW, **FIELDS)

    assert answer.status_code == 422
    assert 'id="front_photo-error"' in answer.text


def test_fields_are_judged_while_they_are_filled_in(app: Flask, client: FlaskClient):
    sign_in(app, client, "editor")

    answer = send(client, "/admin/frames/check", NEW, **{**FIELDS, "width": "100"})

    assert answer.json == {"width": "Should be 129 to 161 mm."}
    assert send(client, "/admin/frames/check", NEW, **FIELDS).json == {}


def test_a_viewer_reads_and_changes_nothing(app: Flask, client: FlaskClient):
    sign_in(app, client, "viewer")
    page = "/admin/frames/ada"

    assert client.get(page).status_code == 200
    assert client.get(f"{page}/preview").status_code == 200
    for path in (NEW, f"{page}/colourways/new", f"{page}/lenses/new"):
        assert client.get(path).status_code == 403, path
    token = csrf_of(client, page)
    for path in ("/status", "/undo", "", "/black"):
        fields = {"csrf_token": token, **FIELDS, "status": "retired"}
        assert client.post(page + path, data=fields).status_code == 403, path
    assert "published" in client.get(page).text


@pytest.mark.parametrize(
    ("asked", "there"),
    [("q=ADA", {"Ada"}), ("status=draft", set()), ("material=acetate&q=bea", {"Bea"}),
     ("type=sun", set()), ("shape=square", {"Ada", "Bea"})],
)  # fmt: skip
def test_frames_are_searched_and_filtered(
    app: Flask, client: FlaskClient, asked: str, there: set[str]
):
    sign_in(app, client, "viewer")

    page = client.get(f"{LIST}?{asked}").text

    assert {name for name in ("Ada", "Bea") if f">{name}</a>" in page} == there


def test_many_frames_are_retired_at_once(app: Flask, client: FlaskClient):
    sign_in(app, client, "editor")

    answer = send(client, "/admin/frames/bulk", LIST, slug=["ada", "bea"], status="retired")

    assert answer.status_code == 303
    with app.app_context():
        assert catalogue.published() == []


def test_a_lens_to_choose_comes_and_goes(app: Flask, client: FlaskClient):
    sign_in(app, client, "editor")
    path = "/admin/frames/ada/lenses"

    answer = send(
        client, f"{path}/new", f"{path}/new", lens_label="Brown gradient", lens="gradient",
        lens_light="15", lens_light_bottom="60", lens_tint="#8a5a2b", extra="40",
    )  # fmt: skip

    assert answer.status_code == 303, answer.text
    with app.app_context():
        (choice,) = catalogue.frame("ada").lens_options
    assert (choice.slug, choice.extra_cents, choice.lens.bottom) == ("brown-gradient", 4000, 0.6)
    send(client, f"{path}/brown-gradient/remove", "/admin/frames/ada")
    with app.app_context():
        assert catalogue.frame("ada").lens_options == ()


def test_a_colourway_is_changed_by_its_form(app: Flask, client: FlaskClient):
    sign_in(app, client, "editor")
    path = "/admin/frames/ada/black"

    answer = send(
        client, path, path, colour="Jet", swatch="#101010", lens="clear", lens_light="92",
        lens_tint="#ffffff", lens_label="Clear", stock="7", withdrawn="y",
    )  # fmt: skip

    assert answer.status_code == 303, answer.text
    with app.app_context():
        _, black = catalogue.colourway_for_admins("ada", "black")
        assert (black.name, black.stock, black.withdrawn) == ("Jet", 7, True)
        assert [one.slug for one in catalogue.frame("ada").variants] == ["red"]


def test_a_model_is_kept_by_an_admins_word_and_deleted(app: Flask, client: FlaskClient):
    sign_in(app, client, "editor")
    path = "/admin/models/"

    def sent(**fields: Any) -> TestResponse:
        photo = FileStorage(io.BytesIO(jpeg(np.full((480, 640, 3), 128, np.uint8))), "me.jpg")
        return send(client, path, path, name="Mara", photo=photo, **fields)

    assert sent().status_code == 422
    assert sent(attested="y").status_code == 303
    assert "Mara" in client.get(path).text
    worn = client.get("/admin/frames/ada/black/worn/model-1.jpg")
    assert worn.mimetype == "image/jpeg"
    assert send(client, f"{path}1/remove", path).status_code == 303
    assert client.get("/admin/frames/ada/black/worn/model-1.jpg").status_code == 404
