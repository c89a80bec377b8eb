"""Owners invite, promote and remove; everybody keeps their own password; all of it is logged."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.shoppers import EMAIL, PASSWORD, open_shop, send, sign_in
from webapp.errors import NotFound
from webapp.shop import accounts, audits, invitations
from webapp.storage import clock

NEW, OTHER = "a longer horse battery", "ben@example.org"
LINK = re.compile(r"/admin/links/[\w-]+")
OWNERS_ONLY = {
    "people.everyone": "/admin/people",
    "people.invite": "/admin/people",
    "people.change_role": "/admin/people/1/role",
    "people.renew": "/admin/people/1/link",
    "people.remove": "/admin/people/1/remove",
    "people.withdraw": "/admin/people/withdraw",
    "people.changes": "/admin/changes",
}
POSTED = ("invite", "change_role", "renew", "remove", "withdraw")


@pytest.fixture(autouse=True)
def stocked(app: Flask, stock: Path) -> None:
    """A shop with a database."""
    open_shop(app, stock)


def invited(client: FlaskClient, role: str = "editor", email: str = OTHER) -> str:
    """Invite somebody, and return the path of their link."""
    answer = send(client, "/admin/people", "/admin/people", email=email, role=role)
    assert answer.status_code == 201, answer.text
    return found_in(answer.text)


def found_in(page: str) -> str:
    found = LINK.search(page)
    assert found, page
    return found[0]


def accept(client: FlaskClient, link: str, password: str = NEW):
    return send(client, link, link, new=password, again=password)


def log_in(client: FlaskClient, email: str, password: str) -> int:
    page = "/admin/login"
    return send(client, page, page, email=email, password=password).status_code


def changes(app: Flask) -> list[tuple[str, str, str]]:
    with app.app_context():
        owner = next(one for one in accounts.everyone() if one.role == "owner")
        return [(one.who, one.action, one.subject) for one in audits.page(owner, 1)[0]]


@pytest.mark.parametrize("role", ["editor", "viewer"])
@pytest.mark.parametrize("endpoint", OWNERS_ONLY)
def test_only_owners_reach_the_people(app: Flask, client: FlaskClient, endpoint: str, role: str):
    with app.app_context():
        accounts.create("owner@example.org", PASSWORD)
    sign_in(app, client, role)
    path = OWNERS_ONLY[endpoint]

    if endpoint.split(".")[1] in POSTED:
        answer = send(client, path, "/admin/frames", email=OTHER, role="owner")
    else:
        answer = client.get(path)

    assert answer.status_code == 403
    with app.app_context():
        assert len(accounts.everyone()) == 2


def test_an_invited_person_chooses_a_password_and_is_in(app: Flask, client: FlaskClient):
    sign_in(app, client)
    link, theirs = invited(client), app.test_client()

    assert OTHER in theirs.get(link).text
    assert accept(theirs, link).location == "/admin/frames"

    assert "editor" in theirs.get("/admin/frames").text
    assert log_in(app.test_client(), OTHER, NEW) == 303
    assert (OTHER, "invitation accepted", OTHER) in changes(app)


def test_a_link_works_once(app: Flask, client: FlaskClient):
    sign_in(app, client)
    link = invited(client)
    accept(app.test_client(), link)

    assert app.test_client().get(link).status_code == 404


def test_a_link_ends_in_time(app: Flask, client: FlaskClient, monkeypatch):
    sign_in(app, client)
    link = invited(client)
    later = clock.now() + timedelta(hours=app.config["INVITATION_HOURS"], seconds=1)

    monkeypatch.setattr(clock, "now", lambda: later)

    assert app.test_client().get(link).status_code == 404


def test_a_withdrawn_link_is_worth_nothing(app: Flask, client: FlaskClient):
    sign_in(app, client)
    link = invited(client)
    assert OTHER in client.get("/admin/people").text

    send(client, "/admin/people/withdraw", "/admin/people", email=OTHER)

    assert app.test_client().get(link).status_code == 404
    client.get("/admin/people")  # which still tells that it was withdrawn
    assert OTHER not in client.get("/admin/people").text


def test_a_second_invitation_ends_the_first(app: Flask, client: FlaskClient):
    sign_in(app, client)
    first, second = invited(client), invited(client, "viewer")

    assert app.test_client().get(first).status_code == 404
    assert "viewer" in app.test_client().get(second).text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"new": "short", "again": "short"}, "at least 12 characters"),
        ({"new": NEW, "again": "another battery"}, "The two passwords differ."),
        ({"new": "", "again": ""}, "Please choose a password."),
    ],
    ids=["short", "different", "empty"],
)
def test_a_password_that_will_not_do_leaves_the_link_open(
    app: Flask, client: FlaskClient, fields: dict[str, str], said: str
):
    sign_in(app, client)
    link, theirs = invited(client), app.test_client()

    answer = send(theirs, link, link, **fields)

    assert answer.status_code == 422
    assert said in answer.text
    assert accept(theirs, link).status_code == 303


@pytest.mark.parametrize(
    ("email", "status"),
    [("nonsense", 422), ("", 422), (EMAIL, 409)],
    ids=["none", "empty", "taken"],
)
def test_who_cannot_be_invited_is_said(app: Flask, client: FlaskClient, email: str, status: int):
    sign_in(app, client)

    answer = send(client, "/admin/people", "/admin/people", email=email, role="viewer")

    assert answer.status_code == status
    assert not LINK.search(answer.text)


def test_a_role_that_there_is_none_of_is_refused(app: Flask, client: FlaskClient):
    sign_in(app, client)

    answer = send(client, "/admin/people", "/admin/people", email=OTHER, role="emperor")

    assert answer.status_code == 422


def test_a_new_role_counts_from_the_next_page_on(app: Flask, client: FlaskClient):
    sign_in(app, client)
    theirs = app.test_client()
    accept(theirs, invited(client, "viewer"))
    assert theirs.get("/admin/people").status_code == 403
    with app.app_context():
        id = next(one.id for one in accounts.everyone() if one.email == OTHER)

    send(client, f"/admin/people/{id}/role", "/admin/people", role="owner")

    assert theirs.get("/admin/people").status_code == 200
    assert (EMAIL, "role changed", OTHER) in changes(app)


def test_who_is_removed_is_out_at_once(app: Flask, client: FlaskClient):
    sign_in(app, client)
    theirs = app.test_client()
    accept(theirs, invited(client))
    with app.app_context():
        id = next(one.id for one in accounts.everyone() if one.email == OTHER)

    send(client, f"/admin/people/{id}/remove", "/admin/people")

    assert theirs.get("/admin/frames").status_code == 303
    assert log_in(app.test_client(), OTHER, NEW) == 401


@pytest.mark.parametrize("deed", ["remove", "role"])
def test_the_last_owner_stays_one(app: Flask, client: FlaskClient, deed: str):
    sign_in(app, client)
    with app.app_context():
        id = accounts.everyone()[0].id

    answer = send(client, f"/admin/people/{id}/{deed}", "/admin/people", role="viewer")

    assert answer.status_code == 409
    assert "The shop needs an owner" in answer.text
    assert client.get("/admin/people").status_code == 200


def test_a_password_link_ends_every_session_of_before(app: Flask, client: FlaskClient):
    sign_in(app, client)
    theirs = app.test_client()
    accept(theirs, invited(client))
    with app.app_context():
        id = next(one.id for one in accounts.everyone() if one.email == OTHER)
    link = found_in(send(client, f"/admin/people/{id}/link", "/admin/people").text)
    assert theirs.get("/admin/frames").status_code == 200  # until the link is used

    accept(app.test_client(), link, "yet another battery")

    assert theirs.get("/admin/frames").status_code == 303
    assert log_in(app.test_client(), OTHER, NEW) == 401
    assert log_in(app.test_client(), OTHER, "yet another battery") == 303


def test_changing_ones_password_signs_out_everywhere_else(app: Flask, client: FlaskClient):
    sign_in(app, client)
    elsewhere = app.test_client()
    log_in(elsewhere, EMAIL, PASSWORD)

    page = "/admin/password"
    answer = send(client, page, page, old=PASSWORD, new=NEW, again=NEW)

    assert answer.status_code == 303
    assert client.get("/admin/frames").status_code == 200
    assert elsewhere.get("/admin/frames").status_code == 303
    assert log_in(app.test_client(), EMAIL, PASSWORD) == 401


def test_a_password_is_not_changed_without_the_old_one(app: Flask, client: FlaskClient):
    sign_in(app, client)

    page = "/admin/password"
    answer = send(client, page, page, old="not my password", new=NEW, again=NEW)

    assert answer.status_code == 422
    assert "That is not your password of now." in answer.text
    assert log_in(app.test_client(), EMAIL, PASSWORD) == 303


def test_no_password_or_token_is_in_the_log_or_the_database(app: Flask, client: FlaskClient):
    sign_in(app, client)
    link = invited(client)
    accept(app.test_client(), link)

    kept = Path(app.instance_path).glob("lorgnette.sqlite*")
    written = b"".join(file.read_bytes() for file in kept)

    assert OTHER.encode() in written
    for secret in (NEW, PASSWORD, link.rsplit("/", 1)[1]):
        assert secret.encode() not in written
    log = client.get("/admin/changes").text
    assert "admin invited" in log
    assert link not in log


def test_the_log_says_what_changed(app: Flask, client: FlaskClient):
    sign_in(app, client)
    accept(app.test_client(), invited(client, "viewer"))
    with app.app_context():
        id = next(one.id for one in accounts.everyone() if one.email == OTHER)
    send(client, f"/admin/people/{id}/role", "/admin/people", role="editor")

    page = client.get("/admin/changes").text

    assert "role: viewer → editor" in page
    assert page.index("role changed") < page.index("invitation accepted")  # the latest first


def test_changes_are_found_by_who_by_what_and_by_value(app: Flask, client: FlaskClient):
    sign_in(app, client)
    accept(app.test_client(), invited(client, "viewer"))
    with app.app_context():
        id = next(one.id for one in accounts.everyone() if one.email == OTHER)
    send(client, f"/admin/people/{id}/role", "/admin/people", role="editor")

    def found(sought: str) -> str:
        return client.get("/admin/changes", query_string={"q": sought}).text

    assert "role changed" in found("BEN@example editor")
    assert "role changed" not in found("ben@example owner")
    assert "invitation accepted" in found("accepted")
    assert "Nothing matches." in found("100%_")


def test_a_link_of_nobody_is_not_found(app: Flask):
    with app.app_context(), pytest.raises(NotFound):
        invitations.find("made-up")
