"""`/api/v1/try-ons`: a picture and nothing left, or a link that its key can open and delete."""

import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select

from tests.api_clients import LINK, Program, code_of, program, rows, try_ons_counted
from tests.factories import GREY, FakeFinder, Lying, offer, on_disk, photo, see_with
from tests.shoppers import animation, flood, open_shop
from webapp.shop import api_keys, catalogue, sweep
from webapp.storage import clock
from webapp.storage.database import reading
from webapp.storage.tables import Photo, TryOn
from webapp.web.limits import limiter

AGAIN = {"Idempotency-Key": "order-1"}


@pytest.fixture
def caller(app: Flask, stock: Path) -> Iterator[Program]:
    """A program that may do everything, in a shop with two frames that sees two faces."""
    open_shop(app, stock, count=2)
    yield program(app)
    limiter.reset()


class Sent(io.BytesIO):
    """A request's body that knows, once closed, how much of it was `taken`."""

    taken = 0

    def close(self) -> None:
        self.taken = self.taken or self.tell()
        super().close()


def picture_of(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data), formats=("JPEG",))).astype(int)


def test_a_full_shop_does_not_look_at_what_was_sent(app: Flask, caller: Program):
    """It says when to come back before it says what is wrong, and reads the body to its end."""
    with app.app_context():
        seeing = see_with(FakeFinder(), slots=1, queue=0)

    body = Sent(b"x" * 300_000)

    with seeing.slot():
        answer = caller.call(
            "POST",
            "/try-ons",
            input_stream=body,
            content_length=300_000,
            content_type="multipart/form-data; boundary=b",
        )

    assert (answer.status_code, code_of(answer)) == (503, "busy")
    assert body.taken == 300_000


def test_the_answer_is_the_photo_with_the_frame(app: Flask, caller: Program):
    """As large as the photo, changed where the frame is, and nothing is stored."""
    answer = caller.send("/try-ons", frame="ada")

    assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
    assert "no-store" in answer.headers["Cache-Control"]
    before, after = picture_of(photo()), picture_of(answer.data)
    assert after.shape == before.shape
    assert (abs(after - before).max(axis=2) > 25).mean() > 0.001
    assert (on_disk_of(app), rows(app, Photo), rows(app, TryOn)) == (on_disk_of(app), 0, 0)
    assert try_ons_counted(app) == 1


def test_a_photo_on_its_side_comes_back_upright(app: Flask, caller: Program):
    with app.app_context():
        see_with(Lying())

    answer = caller.send("/try-ons", photo(640, 480), frame="ada")

    lay = np.rot90(picture_of(photo(640, 480)))
    given = picture_of(answer.data)
    assert given.shape == lay.shape
    assert (abs(given - lay).max(axis=2) > 25).mean() < 0.2  # turned, and dressed


def on_disk_of(app: Flask) -> set[str]:
    with app.app_context():
        return on_disk()


def test_the_picture_alone_leaves_no_file(app: Flask, caller: Program):
    before = on_disk_of(app)

    caller.send("/try-ons", frame="ada")

    assert on_disk_of(app) == before


@pytest.mark.parametrize(
    "fields",
    [{"variant": "red"}, {"face": 1, "pd_mm": 50}, {"width": 320}],
    ids=lambda fields: next(iter(fields)),
)
def test_each_field_changes_the_picture(caller: Program, fields: dict[str, Any]):
    usual = caller.send("/try-ons", frame="ada").data

    other = caller.send("/try-ons", **{"frame": "ada", **fields}).data

    assert other != usual


def test_a_lens_of_the_frame_is_worn_and_told(app: Flask, caller: Program):
    with app.app_context():
        offer("ada", GREY)
    own = caller.send("/try-ons", frame="ada")
    grey = caller.send("/try-ons", frame="ada", lens="grey")

    linked = caller.send("/try-ons", headers=LINK, frame="ada", lens="grey")

    assert (picture_of(own.data) - picture_of(grey.data) > 30).any()
    assert linked.get_json()["lens"] == "grey"
    assert caller.send("/try-ons", frame="ada", lens="pink").status_code == 404
    listed = caller.call("GET", "/frames/ada").get_json()["lenses"]
    assert [(one["slug"], one["extra_cents"]) for one in listed] == [("grey", 3900)]


def test_another_lens_under_the_same_key_is_another_call(app: Flask, caller: Program):
    with app.app_context():
        offer("ada", GREY)
    caller.send("/try-ons", headers=LINK | AGAIN, frame="ada")

    answer = caller.send("/try-ons", headers=LINK | AGAIN, frame="ada", lens="grey")

    assert (answer.status_code, code_of(answer)) == (409, "idempotency-key-reused")


def test_the_same_call_gives_the_same_bytes(caller: Program):
    assert caller.send("/try-ons", frame="ada").data == caller.send("/try-ons", frame="ada").data


@pytest.mark.parametrize(("asked", "given"), [(320, 320), (64, 64), (12000, 640)])
def test_a_width_is_kept_to_and_never_enlarges(caller: Program, asked: int, given: int):
    answer = caller.send("/try-ons", frame="ada", width=asked)

    assert picture_of(answer.data).shape[1] == given


def test_a_link_opens_for_its_key(app: Flask, caller: Program):
    """The picture behind it is the one that the other form answers with."""
    told = caller.send("/try-ons", headers=LINK, frame="ada", variant="red", face=1)

    assert told.status_code == 201
    kept = told.get_json()
    assert told.headers["Location"] == kept["url"]
    assert (kept["frame"], kept["variant"], kept["face"]) == ("ada", "red", 1)
    assert (kept["width"], kept["height"]) == (640, 480)
    opened = caller.call("GET", kept["url"])
    assert (opened.status_code, opened.mimetype) == (200, "image/jpeg")
    assert "no-store" in opened.headers["Cache-Control"]
    assert picture_of(opened.data).shape == (480, 640, 3)


def test_a_link_tells_nothing_of_the_face(caller: Program):
    """It is what comes again under an Idempotency-Key."""
    kept = caller.send("/try-ons", headers=LINK, frame="ada").get_json()

    assert set(kept) == {
        *("id", "url", "frame", "variant", "lens", "face", "width", "height", "created"),
        "expires",
    }


def test_a_links_width_is_that_asked_for(caller: Program):
    kept = caller.send("/try-ons", headers=LINK, frame="ada", width=320).get_json()

    assert picture_of(caller.call("GET", kept["url"]).data).shape[1] == 320


def test_another_key_finds_nothing(app: Flask, caller: Program, client: FlaskClient):
    """Nor does a shopper's browser, and neither can delete it."""
    kept = caller.send("/try-ons", headers=LINK, frame="ada").get_json()
    other = program(app, "other")

    for method in ("GET", "DELETE"):
        answer = other.call(method, f"/try-ons/{kept['id']}")
        assert (answer.status_code, code_of(answer)) == (404, "not-found")
    assert client.get(f"/try-ons/{kept['id']}.jpg").status_code == 404
    assert caller.call("GET", kept["url"]).status_code == 200


def test_a_link_ends_with_the_photos_time(
    app: Flask, caller: Program, monkeypatch: pytest.MonkeyPatch
):
    """The sweep then leaves no file of it."""
    before = on_disk_of(app)
    kept = caller.send("/try-ons", headers=LINK, frame="ada").get_json()
    later = clock.now() + timedelta(hours=app.config["PHOTO_HOURS"], minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)

    assert caller.call("GET", kept["url"]).status_code == 404
    with app.app_context():
        sweep.run()
    assert on_disk_of(app) == before


def test_a_deleted_link_leaves_nothing(app: Flask, caller: Program):
    before = on_disk_of(app)
    kept = caller.send("/try-ons", headers=LINK, frame="ada").get_json()

    gone = caller.call("DELETE", f"/try-ons/{kept['id']}")

    assert (gone.status_code, gone.data) == (204, b"")
    assert on_disk_of(app) == before
    assert rows(app, Photo) == rows(app, TryOn) == 0
    assert caller.call("GET", kept["url"]).status_code == 404


def test_the_attestation_is_the_photos_consent(app: Flask, caller: Program):
    caller.send("/try-ons", headers=LINK, frame="ada")

    with app.app_context(), reading() as session:
        assert session.scalars(select(Photo)).one().consent_version == (
            api_keys.ATTESTATION_VERSION
        )


WRONG: list[Any] = [
    ({"data": ""}, 422, "no-photo"),
    ({"data": b"no picture"}, 415, "not-a-picture"),
    ({"data": "words"}, 415, "not-a-picture"),
    ({"data": animation()}, 415, "animated-picture"),
    ({"data": photo()[:2000]}, 422, "broken-picture"),
    ({"data": flood(8000)}, 413, "photo-too-large"),
    ({"frame": "nothing"}, 404, "not-found"),
    ({"frame": "draft"}, 404, "not-found"),
    ({"frame": "ada", "variant": "nothing"}, 404, "not-found"),
    ({"frame": "../ada"}, 422, "fields-invalid"),
    ({"frame": ""}, 422, "fields-invalid"),
    ({"face": 2}, 422, "no-such-face"),
    ({"face": -1}, 422, "fields-invalid"),
    ({"face": "the left one"}, 422, "fields-invalid"),
    ({"face": 10**30}, 422, "fields-invalid"),
    ({"pd_mm": 20}, 422, "fields-invalid"),
    ({"pd_mm": 200}, 422, "fields-invalid"),
    ({"pd_mm": "nan"}, 422, "fields-invalid"),
    ({"pd_mm": "wide"}, 422, "fields-invalid"),
    ({"width": 0}, 422, "fields-invalid"),
    ({"width": -5}, 422, "fields-invalid"),
    ({"width": 10**9}, 422, "fields-invalid"),
    ({"width": "12.5"}, 422, "fields-invalid"),
    ({"colour": "red"}, 422, "fields-invalid"),
]


@pytest.mark.parametrize(("fields", "status", "code"), WRONG)
@pytest.mark.parametrize("headers", [{}, LINK], ids=["picture", "link"])
def test_what_is_wrong_has_a_code_and_leaves_nothing(
    app: Flask,
    caller: Program,
    fields: dict[str, Any],
    status: int,
    code: str,
    headers: dict[str, str],
):
    with app.app_context():
        catalogue.retire("bea")
    before = on_disk_of(app)

    answer = caller.send("/try-ons", headers=headers, **{"frame": "ada", **fields})

    assert (answer.status_code, code_of(answer)) == (status, code)
    assert on_disk_of(app) == before
    assert rows(app, Photo) == 0


@pytest.mark.parametrize(
    ("how", "code"), [({"count": 0}, "no-face"), ({"yaw": 70.0}, "face-turned-away")]
)
def test_a_face_that_cannot_wear_it_says_why(
    app: Flask, caller: Program, how: dict[str, float], code: str
):
    with app.app_context():
        see_with(FakeFinder(**how))

    answer = caller.send("/try-ons", frame="ada")

    assert (answer.status_code, code_of(answer)) == (422, code)


def test_a_wrong_field_is_named(caller: Program):
    answer = caller.send("/try-ons", frame="ada", width=0, colour="red")

    named = {one["field"] for one in answer.get_json(force=True)["errors"]}
    assert named == {"width", "colour"}


def test_a_field_in_the_address_is_refused(caller: Program):
    """Addresses end up in logs."""
    answer = caller.send("/try-ons?pd_mm=60", frame="ada")

    assert code_of(answer) == "fields-invalid"


@pytest.mark.parametrize("name", ["", "x" * 256])
def test_an_idempotency_key_has_a_length(caller: Program, name: str):
    answer = caller.send("/try-ons", headers={"Idempotency-Key": name}, frame="ada")

    assert code_of(answer) == "fields-invalid"
