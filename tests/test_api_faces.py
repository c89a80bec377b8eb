"""`POST /api/v1/faces`: the same JSON as the command's, and nothing left behind."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from tests.api_clients import Program, code_of, program
from tests.factories import FakeFinder, on_disk, photo, see_with
from tests.pictures import drawn, saved
from tests.shoppers import animation, flood
from webapp.storage.database import reading
from webapp.storage.tables import ApiCall, Base, Image, Photo
from webapp.web.limits import limiter

NAMELESS = b"--x\r\nContent-Disposition: form-data%s\r\n\r\nwords\r\n--x--\r\n"


@pytest.fixture
def caller(app: Flask) -> Iterator[Program]:
    """A program that may do everything, in a shop that sees one face in every photo."""
    see(app)
    yield program(app)
    limiter.reset()


def see(app: Flask, **how: float) -> None:
    """Let the shop see such faces."""
    with app.app_context():
        see_with(FakeFinder(**how))


def test_it_answers_as_the_command_does(
    app: Flask, caller: Program, commands: FlaskCliRunner, tmp_path: Path
):
    (tmp_path / "me.jpg").write_bytes(photo())

    answer = caller.send("/faces")

    printed = json.loads(commands.invoke(args=["faces", str(tmp_path / "me.jpg")]).stdout)
    assert printed.pop("photo")
    assert printed.pop("seconds") > 0
    assert answer.status_code == 200
    assert answer.json == printed
    assert len(printed["faces"][0]["landmarks"]) == 478


def test_nobody_on_the_way_may_keep_the_answer(caller: Program):
    assert "no-store" in caller.send("/faces").headers["Cache-Control"]


def test_a_photo_without_a_face_has_an_empty_list(app: Flask, caller: Program):
    see(app, count=0)

    answer = caller.send("/faces")

    assert (answer.status_code, answer.json) == (200, {"width": 640, "height": 480, "faces": []})


def test_a_face_turned_away_has_no_millimetres(app: Flask, caller: Program):
    see(app, yaw=70.0)

    (face,) = caller.send("/faces").get_json()["faces"]

    assert (face["pose"], face["pd_mm"], face["face_width_mm"]) == (None, None, None)
    assert face["unmeasured"] == "face-turned-away"


def test_nothing_is_stored(app: Flask, caller: Program):
    """No file, no photo, no call: an Idempotency-Key has nothing to bring back."""
    caller.send("/faces", headers={"Idempotency-Key": "again"})

    with app.app_context(), reading() as session:
        assert on_disk() == set()
        for table in (Image, Photo, ApiCall):
            kind: type[Base] = table
            assert session.query(kind).count() == 0


def test_a_sent_again_call_is_seen_anew(app: Flask, caller: Program):
    """Answers with face geometry are never replayed."""
    finder = FakeFinder()
    with app.app_context():
        see_with(finder)

    for _ in range(2):
        caller.send("/faces", headers={"Idempotency-Key": "again"})

    assert finder.asked == 2


def test_the_models_own_answer(caller: Program, app: Flask, portrait: bytes):
    """With the shipped weights, the portrait's irises are where they are."""
    fresh = app.test_client()
    assert fresh
    from webapp.shop import sight

    with app.app_context():
        sight.use(sight.make())

    (face,) = caller.send("/faces", portrait).get_json()["faces"]

    assert face["landmarks"][468][:2] == pytest.approx([203, 100], abs=5)
    assert abs(face["pose"]["roll"]) < 10


BAD: list[Any] = [
    ("", {}, 422, "no-photo"),
    (b"", {}, 415, "not-a-picture"),
    (b"no picture", {}, 415, "not-a-picture"),
    ("words", {}, 415, "not-a-picture"),
    (b"<svg xmlns='http://www.w3.org/2000/svg'/>", {}, 415, "not-a-picture"),
    (photo()[:2000], {}, 422, "broken-picture"),
    (animation(), {}, 415, "animated-picture"),
    (flood(), {}, 413, "photo-too-large"),
    (saved(drawn(40, 40)), {}, 422, "photo-too-small"),
    (photo(), {"face": "0"}, 422, "fields-invalid"),
]


@pytest.mark.parametrize(("data", "fields", "status", "code"), BAD)
def test_what_is_wrong_has_a_code(
    caller: Program, data: Any, fields: dict[str, str], status: int, code: str
):
    answer = caller.send("/faces", data, **fields)

    assert (answer.status_code, code_of(answer)) == (status, code)


def test_sixty_megapixels_are_too_many(caller: Program):
    """By the header alone: they are not decoded."""
    answer = caller.send("/faces", flood(8000))

    assert (answer.status_code, code_of(answer)) == (413, "photo-too-large")
    assert answer.get_json(force=True)["megapixels"] == 64


def test_a_heavy_request_is_not_read(app: Flask, caller: Program):
    answer = caller.send("/faces", b"\xff\xd8\xff" + bytes(22_000_000))

    assert (answer.status_code, code_of(answer)) == (413, "request-too-large")


def test_a_full_shop_says_when_to_come_back(app: Flask, caller: Program):
    with app.app_context():
        seeing = see_with(FakeFinder(), slots=1, wait_seconds=0.01)

    with seeing.slot():
        answer = caller.send("/faces")

    assert (answer.status_code, code_of(answer)) == (503, "busy")
    assert answer.headers["Retry-After"] == "1"


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("application/json", b"{}", 415),
        ("application/x-www-form-urlencoded", b"photo=x", 415),
        ("image/jpeg", b"\xff\xd8\xff", 415),
        (None, b"", 415),
        ("multipart/form-data", b"photo", 400),
        ("multipart/form-data; boundary=x", b"", 422),
        ("multipart/form-data; boundary=x", b"--x\r\nrubbish", 422),
        ("multipart/form-data; boundary=x", NAMELESS % b"", 400),
        ("multipart/form-data; boundary=x", NAMELESS % b'; filename="me.jpg"', 400),
    ],
)
def test_a_body_that_is_no_form_is_refused(
    caller: Program, kind: str | None, body: bytes, status: int
):
    answer = caller.call("POST", "/faces", data=body, content_type=kind)

    assert answer.status_code == status
    assert code_of(answer)


def test_a_photo_twice_is_one_too_many(caller: Program):
    part = b'--x\r\nContent-Disposition: form-data; name="photo"\r\n\r\nwords\r\n'

    answer = caller.call(
        "POST",
        "/faces",
        data=2 * part + b"--x--\r\n",
        content_type="multipart/form-data; boundary=x",
    )

    assert code_of(answer) == "fields-invalid"


def test_a_problem_never_repeats_what_was_sent(caller: Program):
    answer = caller.send("/faces", "words of mine", extra="other words")

    assert "words" not in answer.text


@pytest.mark.parametrize("path", ["/nowhere", "", "/", "/faces/1"])
def test_an_unknown_address_is_a_problem_too(caller: Program, path: str):
    answer = caller.call("GET", path)

    assert (answer.status_code, code_of(answer)) == (404, "not-found")


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_another_method_is_a_problem_that_names_the_right_one(caller: Program, method: str):
    answer = caller.call(method, "/faces")

    assert (answer.status_code, code_of(answer)) == (405, "method-not-allowed")
    assert answer.headers["Allow"] == "POST"


def test_another_host_is_a_problem_too(caller: Program):
    answer = caller.call("GET", "/frames", headers={"Host": "evil.example"})

    assert (answer.status_code, code_of(answer)) == (400, "bad-request")


def test_a_fault_of_ours_is_a_problem_without_its_words(
    app: Flask, caller: Program, monkeypatch: pytest.MonkeyPatch
):
    app.config["PROPAGATE_EXCEPTIONS"] = False

    def break_down(data: bytes) -> None:
        raise RuntimeError("the secret of the house")

    monkeypatch.setattr("webapp.shop.faces.look", break_down)
    answer = caller.send("/faces")

    assert (answer.status_code, code_of(answer)) == (500, "error")
    assert "secret" not in answer.text
