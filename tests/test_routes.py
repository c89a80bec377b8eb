"""What holds at every address, taken from the routing map: a new page cannot be forgotten."""

import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.routing import Rule

from tests.factories import keep
from tests.shoppers import (
    EMAIL,
    PASSWORD,
    csrf_of,
    open_shop,
    result_of,
    send,
    sign_in,
    upload,
    wall_of,
)
from tests.verify import report
from webapp import config, create_app
from webapp.config import ROOT
from webapp.shop import accounts, api_keys
from webapp.storage.database import reading
from webapp.storage.every_table import Base
from webapp.web.headers import ALWAYS, PRIVATE

# Addresses with a part of their own that anybody may open, and why.
FOR_ANYBODY = {
    "static": "scripts, styles and marks",
    "frames.picture": "product pictures of what is for sale",
    "people.link": "whoever has an invitation; its token has 256 bits",
    "doorway.enter": "a deep link to what is for sale, by its number",
    "frames.shop": "the way to the shop's own page of a frame",
    "shares.look": "whoever was sent the link; its token is no photo's",
    "shares.jpeg": "likewise",
    "handover.arrive": "whoever reads the code on the visit's own screen",
}
# Addresses of the back office that somebody who is not signed in may open.
BEFORE_LOG_IN = {"admin.login", "people.link"}
# What a viewer may send: to leave, to change their own password.
FOR_VIEWERS = {"admin.login", "admin.logout", "people.password", "people.link"}
HARMLESS = {"GET", "HEAD", "OPTIONS"}
WAYS_BACK = ("next", "back", "return", "return_to", "url", "to", "target", "redirect", "continue")
ELSEWHERE = (
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example",
    "https:evil.example",
    "/\t/evil.example/",  # browsers drop tabs
    "/\t/evil.example/admin/",
)


@pytest.fixture(autouse=True)
def _stocked(app: Flask, stock: Path) -> None:
    """A shop with two frames that sees a face in every photo."""
    open_shop(app, stock)
    app.config.update(UPLOADS_PER_HOUR=10**6, LOGINS_PER_HOUR=10**6)


def rules(app: Flask) -> list[Rule]:
    """Return every route, in the map's order."""
    return list(app.url_map.iter_rules())


def methods(rule: Rule) -> list[str]:
    """Return a route's methods, and one that none has."""
    return [*sorted((rule.methods or set()) - {"OPTIONS", "HEAD"}), "PUT"]


def address(rule: Rule, token: str = "nobody-has-this-token") -> str:
    """Return an address of the route; its parts are a published frame's, or `token`."""
    known = {
        "frame": "ada",
        "variant": "black",
        "slug": "ada",
        "filename": "css/site.css",
        "table": "frames",
        "language": "de",
    }

    def part(found: re.Match[str]) -> str:
        kind, _, name = found[1].rpartition(":")
        return "1" if kind.startswith(("int", "float")) else known.get(name, token)

    return re.sub(r"<([^>]+)>", part, rule.rule)


def visits_of(app: Flask, client: FlaskClient) -> Iterator[tuple[Rule, str]]:
    """Yield each route that has a part of its own, with addresses of what the client owns."""
    wall = wall_of(client)
    tokens = [found.rsplit("/", 1)[1] for found in (wall, result_of(client, wall))]
    for rule in rules(app):
        if rule.arguments:
            for token in tokens:
                yield rule, address(rule, token)


def test_every_answer_of_every_route_has_the_headers(app: Flask, client: FlaskClient) -> None:
    sign_in(app, client)
    tried = 0
    for rule in rules(app):
        for method in methods(rule):
            with client.open(address(rule), method=method) as answer:
                for name, value in ALWAYS.items():
                    assert answer.headers.get(name) == value, f"{method} {rule.rule}: {name}"
                assert answer.headers.get("Cache-Control"), f"{method} {rule.rule}"
                assert answer.status_code < 500, f"{method} {rule.rule}"
                tried += 1
    assert tried > 2 * len(rules(app)) * 0.9
    report.note("routes", long=False, covered=len(rules(app)), answers_with_every_header=tried)


def test_pages_and_pictures_of_people_are_kept_by_nobody(app: Flask, client: FlaskClient) -> None:
    """Only what is for sale, and what belongs to the site itself, may be kept on the way."""
    sign_in(app, client)
    wall = wall_of(client)
    token, made = (found.rsplit("/", 1)[1] for found in (wall, result_of(client, wall)))
    pictures = 0
    for rule in rules(app):
        if "GET" not in (rule.methods or ()):
            continue
        for part in (token, made):
            with client.get(address(rule, part)) as answer:
                page = answer.mimetype == "text/html"
                picture = (answer.mimetype or "").startswith("image/")
                private = answer.headers["Cache-Control"] == PRIVATE
                if page or (picture and part in address(rule, part)):
                    assert private, rule.rule
                pictures += picture and private
    assert pictures >= 3


def test_no_form_is_taken_without_its_token(app: Flask, client: FlaskClient) -> None:
    """Every route that changes something, of pages signed in or not; nothing changes."""
    sign_in(app, client)
    wall = wall_of(client)
    tokens = [found.rsplit("/", 1)[1] for found in (wall, result_of(client, wall))]
    before = rows(app)
    tried = 0
    for rule in rules(app):
        for method in set(methods(rule)) - HARMLESS - {"PUT"}:
            if rule.endpoint.startswith("api."):
                continue  # takes no cookie, so no other site could use it; see below
            for token in tokens:
                answer = client.open(address(rule, token), method=method, data={"email": "x@y.zz"})
                assert answer.status_code == 400, f"{method} {rule.rule}"
                tried += 1
    assert tried > 20
    assert rows(app) == before
    report.note("forms", long=False, sent_without_token=tried, taken=0)


def rows(app: Flask) -> dict[str, int]:
    """Return how many rows each table has; events of arrivals come with any page."""
    with app.app_context(), reading() as session:
        return {
            table.name: session.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
            if table.name not in ("event", "tally", "folding")
        }


def test_the_api_takes_no_cookie(app: Flask, client: FlaskClient) -> None:
    sign_in(app, client)
    wall_of(client)
    tried = 0
    for rule in rules(app):
        if rule.endpoint.startswith("api.") and rule.endpoint not in ("api.show", "api.openapi"):
            for method in set(methods(rule)) - {"PUT"}:
                answer = client.open(address(rule), method=method)
                assert answer.status_code == 401, f"{method} {rule.rule}"
                tried += 1
    assert tried >= 6


def test_what_one_visit_owns_is_not_there_for_another(app: Flask, client: FlaskClient) -> None:
    """Not for a stranger, nor for somebody with photos of their own, nor for an admin."""
    nobody, other, admin = (app.test_client() for _ in range(3))
    upload(other)
    sign_in(app, admin)
    opened = 0
    for rule, path in visits_of(app, client):
        if rule.endpoint in FOR_ANYBODY or rule.endpoint.startswith(("api.", "admin", "people")):
            continue
        if "GET" not in (rule.methods or ()):
            continue
        mine = client.get(path).status_code
        opened += mine == 200
        for client_of in (nobody, other, admin):
            answer = client_of.get(path)
            if mine != 404 and not rule.rule.startswith("/admin"):
                assert answer.status_code == 404, rule.rule
    assert opened >= 6


def test_what_one_visit_owns_cannot_be_changed_by_another(app: Flask, client: FlaskClient) -> None:
    other = app.test_client()
    token = csrf_of(other)
    upload(other)
    changed = 0
    paths = [
        (rule, path)
        for rule, path in visits_of(app, client)
        if not rule.endpoint.startswith("api.") and not rule.rule.startswith("/admin")
    ]
    before = rows(app)
    for rule, path in paths:
        for method in set(methods(rule)) - HARMLESS - {"PUT"}:
            fields = {"csrf_token": token, "frame": "ada", "variant": "black"}
            answer = other.open(path, method=method, data=fields)
            # 422: a form that lacks something is told so before anything is looked for
            assert answer.status_code in (404, 422), f"{method} {rule.rule}"
            changed += 1
    assert changed >= 6
    assert rows(app) == before


def test_the_back_office_is_closed_to_everybody_else(app: Flask, client: FlaskClient) -> None:
    wall_of(client)
    token = csrf_of(client)
    tried = 0
    for rule in rules(app):
        if not rule.rule.startswith("/admin") or rule.endpoint in BEFORE_LOG_IN:
            continue
        if rule.endpoint == "admin.logout":  # anybody may leave; here it would end the token
            continue
        for method in set(methods(rule)) - {"PUT"}:
            fields = None if method == "GET" else {"csrf_token": token}
            answer = client.open(address(rule), method=method, data=fields)
            led = answer.status_code == 303 and answer.location.startswith("/admin/login")
            assert led or answer.status_code == 404, f"{method} {rule.rule}"
            tried += 1
    assert tried > 8


def test_a_viewer_changes_nothing(app: Flask, client: FlaskClient) -> None:
    """The lowest role looks; every form of the back office but their own is refused."""
    sign_in(app, client, "viewer")
    token = csrf_of(client, "/admin/password")
    before = rows(app)
    tried = 0
    for rule in rules(app):
        if not rule.rule.startswith("/admin") or rule.endpoint in FOR_VIEWERS:
            continue
        for method in set(methods(rule)) - HARMLESS - {"PUT"}:
            answer = client.open(address(rule), method=method, data={"csrf_token": token})
            assert answer.status_code in (403, 404), f"{method} {rule.rule}"
            tried += 1
    assert tried >= 5
    assert rows(app) == before


def test_no_address_leads_to_another_host(app: Flask, client: FlaskClient) -> None:
    """Whatever a link or a form names as the way back."""
    sign_in(app, client)
    token = csrf_of(client)
    redirected = 0
    for rule in rules(app):
        for method in set(methods(rule)) - {"PUT"}:
            if rule.endpoint == "admin.logout":
                continue
            for there in ELSEWHERE:
                named = dict.fromkeys(WAYS_BACK, there)
                data = None if method == "GET" else {"csrf_token": token, **named}
                with client.open(
                    address(rule),
                    method=method,
                    query_string=named,
                    data=data,
                    headers={"Referer": there},
                ) as answer:
                    location = answer.headers.get("Location", "")
                assert "evil" not in location.partition("?")[0], f"{method} {rule.rule}"
                redirected += bool(location)
    assert redirected > 2


def test_another_host_reaches_no_route(app: Flask, client: FlaskClient) -> None:
    """Neither named by Host nor by a header that only a proxy of ours would set."""
    for rule in rules(app):
        refused = client.get(address(rule), headers={"Host": "evil.example"})
        assert refused.status_code == 400, rule.rule
        assert "Set-Cookie" not in refused.headers
        with client.get(address(rule), headers={"X-Forwarded-Host": "evil.example"}) as answer:
            if not (answer.mimetype or "").startswith("image/"):
                assert b"evil.example" not in answer.data, rule.rule


def test_every_form_on_a_template_that_posts_has_its_token() -> None:
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        for form in re.findall(r"<form\b.*?</form>", text, re.DOTALL):
            opening = form.partition(">")[0]
            if 'method="post"' in opening:
                assert re.search(r"csrf|hidden_tag|token\(", form), f"{path.name}: {opening}"


@pytest.mark.parametrize("path", ["/photos", "/language", "/admin/login"])
def test_fields_of_a_form_may_not_fill_memory(client: FlaskClient, path: str) -> None:
    """Encoded in either way."""
    fields = {"next": "x" * 300_000}

    assert client.post(path, data=fields).status_code == 413
    kind = "multipart/form-data"
    assert client.post(path, data=fields, content_type=kind).status_code == 413


def test_the_secret_key_can_be_changed_without_signing_anybody_out(tmp_path: Path) -> None:
    """The old key signs nothing any more, but what it signed is taken until it is dropped."""

    def shop(**keys: object) -> Flask:
        return create_app({"INSTANCE_DIR": str(tmp_path), "TESTING": True, **keys})

    def visit(app: Flask, cookie: str) -> str:
        client = app.test_client()
        client.set_cookie("lorgnette", cookie)
        with client.session_transaction() as session:
            return str(session.get("visit", ""))

    old = shop(SECRET_KEY="old")
    client = old.test_client()
    with client.session_transaction() as session:
        session["visit"] = "mine"
    cookie = client.get_cookie("lorgnette")
    assert cookie

    assert visit(shop(SECRET_KEY="new", SECRET_KEY_FALLBACKS=["old"]), cookie.value) == "mine"
    assert visit(shop(SECRET_KEY="new"), cookie.value) == ""


def test_former_keys_are_read_from_the_environment(tmp_path: Path) -> None:
    settings = config.load(tmp_path, {"SECRET_KEY": "new", "SECRET_KEY_FALLBACKS": "old, older"})

    assert settings["SECRET_KEY_FALLBACKS"] == ["old", "older"]
    assert config.load(tmp_path, {})["SECRET_KEY_FALLBACKS"] == []


def test_keys_and_passwords_are_in_no_log(
    app: Flask, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    """Right or wrong, and whatever goes wrong with the call."""
    caplog.set_level(logging.DEBUG)
    with app.app_context():
        _, token = api_keys.create("till", attested=True)
        accounts.create(EMAIL, PASSWORD, "owner")
        photo = keep()
    for key in (token, token[:-1], "lgn_wrong-but-somebodys"):
        headers = {"Authorization": f"Bearer {key}"}
        client.get("/api/v1/frames", headers=headers)
        client.post("/api/v1/faces", headers=headers)
        client.post("/api/v1/try-ons", headers=headers, data={"frame": "ada"})
    send(client, "/admin/login", "/admin/login", email=EMAIL, password="wrong-" + PASSWORD)
    send(client, "/admin/login", "/admin/login", email=EMAIL, password=PASSWORD)
    client.get(f"/photos/{photo.token}")

    told = caplog.text + "".join(str(vars(record)) for record in caplog.records)

    for secret in (token, token[:-1], "lgn_wrong", PASSWORD, EMAIL):
        assert secret not in told
