"""Who may call: keys, scopes, limits, and no cookies."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.api_clients import Program, code_of, program
from tests.shoppers import open_shop, sign_in
from webapp.shop import api_keys
from webapp.shop.api_keys import SCOPES
from webapp.web.limits import limiter

CALLS = [
    ("GET", "/frames", "frames"),
    ("GET", "/frames/ada", "frames"),
    ("POST", "/faces", "faces"),
    ("POST", "/try-ons", "try-ons"),
    ("GET", "/try-ons/nothing", "try-ons"),
    ("DELETE", "/try-ons/nothing", "try-ons"),
    ("POST", "/batches", "batches"),
    ("GET", "/batches/nothing", "batches"),
    ("POST", "/batches/nothing/cancel", "batches"),
]


@pytest.fixture(autouse=True)
def stocked(app: Flask, stock: Path) -> Iterator[None]:
    """A shop with two frames that sees one face in every photo."""
    open_shop(app, stock)
    yield
    limiter.reset()


@pytest.mark.parametrize(("method", "path", "scope"), CALLS)
@pytest.mark.parametrize("token", [None, "", "lgn_nobody", "x" * 5000])
def test_without_a_valid_key_nothing_opens(
    app: Flask, method: str, path: str, scope: str, token: str | None
):
    answer = Program(app, token).call(method, path)

    assert (answer.status_code, code_of(answer)) == (401, "key-refused")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_revoked_key_opens_nothing(app: Flask):
    caller = program(app)
    assert caller.call("GET", "/frames").status_code == 200

    with app.app_context():
        api_keys.revoke("nightly")

    assert code_of(caller.call("GET", "/frames")) == "key-refused"


@pytest.mark.parametrize("header", ["Basic bWU6bWU=", "Bearer", "lgn_x"])
def test_another_way_to_sign_in_is_none(app: Flask, header: str):
    answer = Program(app).call("GET", "/frames", headers={"Authorization": header})

    assert code_of(answer) == "key-refused"


@pytest.mark.parametrize(("method", "path", "scope"), CALLS)
def test_a_key_without_the_scope_is_refused(app: Flask, method: str, path: str, scope: str):
    caller = program(app, scopes=tuple(one for one in SCOPES if one != scope))

    answer = caller.call(method, path)

    assert (answer.status_code, code_of(answer)) == (403, "scope-missing")
    assert answer.get_json(force=True)["needed"] == scope


def test_an_admins_cookie_is_no_key(app: Flask, client: FlaskClient):
    """So no other site could call the API in a visitor's name."""
    sign_in(app, client)

    assert client.get("/api/v1/frames").status_code == 401


def test_a_call_leaves_no_cookie(app: Flask):
    assert "Set-Cookie" not in program(app).call("GET", "/frames").headers


def test_each_key_has_its_own_limit(app: Flask):
    """It is told with every answer; whoever is past it hears when to come back."""
    app.config["API_CALLS_PER_MINUTE"] = 2
    first, second = program(app, "first"), program(app, "second")

    told = [first.call("GET", path) for path in ("/frames", "/frames/ada")]
    refused = first.call("GET", "/frames")

    assert [answer.headers["RateLimit-Remaining"] for answer in told] == ["1", "0"]
    assert {answer.headers["RateLimit-Limit"] for answer in told} == {"2"}
    assert 0 <= int(told[0].headers["RateLimit-Reset"]) <= 60
    assert (refused.status_code, code_of(refused)) == (429, "too-many-requests")
    assert 1 <= int(refused.headers["Retry-After"]) <= 61  # begun seconds count
    assert second.call("GET", "/frames").status_code == 200
