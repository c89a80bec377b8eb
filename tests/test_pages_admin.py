"""The back office is for those who signed in, as long as their session lives."""

import time
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.factories import frame
from tests.shoppers import EMAIL, PASSWORD, csrf_of, open_shop, send, sign_in, wall_of


@pytest.fixture(autouse=True)
def stocked(app: Flask, stock: Path) -> None:
    """Two published frames and a draft."""
    open_shop(app, stock)
    with app.app_context():
        frame("draught")


@pytest.mark.parametrize("path", ["/admin/", "/admin/frames"])
def test_strangers_are_asked_to_sign_in(client: FlaskClient, path: str):
    answer = client.get(path)

    assert answer.status_code == 303
    assert answer.location.startswith("/admin/login")


@pytest.mark.parametrize("role", ["owner", "editor", "viewer"])
def test_every_role_sees_the_whole_catalogue_and_its_own_name(
    app: Flask, client: FlaskClient, role: str
):
    assert sign_in(app, client, role).location == "/admin/frames"

    page = client.get("/admin/frames").text

    assert EMAIL in page
    assert role in page
    for words in ("Ada", "50□20-145", "€129", "published", "Draught", "draft", "Red"):
        assert words in page


def test_home_leads_to_the_frames(app: Flask, client: FlaskClient):
    sign_in(app, client)

    assert client.get("/admin/").location == "/admin/frames"


@pytest.mark.parametrize(
    ("email", "password"), [(EMAIL, "wrong horse battery"), ("nobody@example.org", PASSWORD)]
)
def test_a_wrong_log_in_does_not_say_which_half_was_wrong(
    app: Flask, client: FlaskClient, email: str, password: str
):
    sign_in(app, app.test_client())

    answer = send(client, "/admin/login", "/admin/login", email=email, password=password)

    assert answer.status_code == 401
    assert "The address and the password don&#39;t fit together" in answer.text
    assert password not in answer.text
    assert client.get("/admin/frames").status_code == 303


def test_an_empty_log_in_is_explained_at_its_fields(client: FlaskClient):
    answer = send(client, "/admin/login", "/admin/login", email="", password="")

    assert answer.status_code == 422
    assert "Please enter your e-mail address." in answer.text
    assert "Please enter your password." in answer.text


def test_log_in_takes_a_token(app: Flask, client: FlaskClient):
    sign_in(app, app.test_client())

    assert (
        client.post("/admin/login", data={"email": EMAIL, "password": PASSWORD}).status_code == 400
    )


def test_guessing_is_slowed_down(app: Flask, client: FlaskClient):
    app.config["LOGINS_PER_HOUR"] = 2
    token = csrf_of(client, "/admin/login")
    form = {"csrf_token": token, "email": EMAIL, "password": "guess"}

    answers = [client.post("/admin/login", data=form).status_code for _ in range(3)]

    assert answers == [401, 401, 429]
    assert client.get("/admin/login").status_code == 200


def test_guessing_from_many_addresses_is_slowed_down_too(app: Flask, client: FlaskClient):
    """One account is tried from everywhere; another still can be signed in to."""
    app.config["LOGINS_PER_HOUR"] = 1
    token = csrf_of(client, "/admin/login")

    def guess(email: str, number: int) -> int:
        form = {"csrf_token": token, "email": email, "password": "guess"}
        there = {"REMOTE_ADDR": f"203.0.113.{number}"}
        return client.post("/admin/login", data=form, environ_base=there).status_code

    answers = [guess(EMAIL, number) for number in range(7)]

    assert answers == [401] * 5 + [429] * 2
    assert guess(EMAIL.upper(), 8) == 429
    assert guess("other@example.org", 9) == 401


def test_log_out_ends_copies_of_the_cookie_too(app: Flask, client: FlaskClient):
    """A stolen cookie is worth nothing once its owner has signed out."""
    sign_in(app, client)
    stolen = client.get_cookie("lorgnette")
    assert stolen
    thief = app.test_client()
    thief.set_cookie("lorgnette", stolen.value)
    assert thief.get("/admin/frames").status_code == 200

    assert send(client, "/admin/logout", "/admin/frames").status_code == 303

    assert client.get("/admin/frames").status_code == 303
    assert thief.get("/admin/frames").status_code == 303


def test_log_out_is_no_link(app: Flask, client: FlaskClient):
    sign_in(app, client)

    assert client.get("/admin/logout").status_code == 405
    assert client.post("/admin/logout").status_code == 400
    assert client.get("/admin/frames").status_code == 200


def test_log_in_starts_a_fresh_session(app: Flask, client: FlaskClient):
    """What was in the cookie before, planted or not, is gone."""
    wall = wall_of(client)
    with client.session_transaction() as session:
        session["planted"] = "by somebody"

    sign_in(app, client)

    with client.session_transaction() as session:
        assert "planted" not in session
        assert "visit" not in session
    assert client.get(wall).status_code == 404


def test_a_session_ends_after_a_working_day(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
):
    sign_in(app, client)
    later = time.time() + 13 * 3600
    monkeypatch.setattr("webapp.web.signin.time.time", lambda: later)

    assert client.get("/admin/frames").status_code == 303


@pytest.mark.parametrize(
    ("wanted", "led_to"),
    [
        ("/admin/frames", "/admin/frames"),
        ("//evil.example/admin/", "/admin/frames"),
        ("/admin//evil.example", "/admin/frames"),
        ("https://evil.example/admin/", "/admin/frames"),
        ("/admin/\\evil.example", "/admin/frames"),
        ("/", "/admin/frames"),
    ],
)
def test_log_in_leads_to_the_back_office_and_nowhere_else(
    app: Flask, client: FlaskClient, wanted: str, led_to: str
):
    sign_in(app, app.test_client())
    fields = {"email": EMAIL, "password": PASSWORD, "next": wanted}

    answer = send(client, "/admin/login", "/admin/login", **fields)

    assert answer.status_code == 303
    assert answer.location == led_to
