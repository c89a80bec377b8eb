"""Who may open which address of the back office, asked of the routing map itself."""

from pathlib import Path

import pytest
from flask import Flask
from werkzeug.routing import IntegerConverter, Rule

from tests.shoppers import EMAIL, PASSWORD, open_shop
from webapp.shop import accounts

# The least role for each endpoint under /admin. Whoever adds an address adds it here.
LEAST = {
    "viewer": {
        "admin.home", "admin.frames",
        "figures.show", "figures.download",
        "model.versions", "model.version", "model.sheet",
        "people.password",
        "snippets.show",
        "batches.show", "batches.batch", "batches.results", "batches.failed",
        "imports.show", "imports.run", "imports.faults", "imports.export", "imports.columns",
        "frame_admin.edit", "frame_admin.preview", "frame_admin.worn",
        "colourway_admin.edit", "colourway_admin.points", "colourway_admin.photo",
        "colourway_admin.cut",
        "model_admin.everyone",
    },
    "editor": {
        "frame_admin.new", "frame_admin.change", "frame_admin.check", "frame_admin.status",
        "frame_admin.undo",
        "frame_admin.bulk",
        "colourway_admin.new", "lens_admin.new", "lens_admin.remove",
        "model_admin.add", "model_admin.remove",
        "model.activate", "model.back",
        "imports.create", "imports.again", "imports.stop",
        "batches.create", "batches.act",
    },
    "owner": {
        "people.everyone", "people.invite", "people.change_role", "people.renew",
        "people.remove", "people.withdraw", "people.changes",
        "settings.show", "settings.change", "settings.undo",
    },
}  # fmt: skip
# Shown to lower roles, changed by these alone
TO_CHANGE = {"colourway_admin.edit": "editor", "colourway_admin.points": "editor"}
OPEN = {"admin.login", "admin.logout", "people.link"}  # for those who are not signed in
ROLES = ("nobody", "viewer", "editor", "owner")
ROLE_OF = {endpoint: role for role, endpoints in LEAST.items() for endpoint in endpoints}


def addresses(app: Flask) -> list[tuple[Rule, str]]:
    """Every rule of the back office with each of its methods."""
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/admin")]
    return [
        (rule, method)
        for rule in sorted(rules, key=lambda rule: rule.rule)
        for method in sorted(set(rule.methods or ()) - {"HEAD", "OPTIONS"})
    ]


def path_of(app: Flask, rule: Rule) -> str:
    """The rule's address, with something for each of its variables."""
    values = {
        name: 99 if isinstance(rule._converters[name], IntegerConverter) else "none"
        for name in rule.arguments
    }
    with app.test_request_context():
        return app.url_map.bind("127.0.0.1").build(rule.endpoint, values)


def test_every_address_of_the_back_office_says_who_may_open_it(app: Flask):
    """An address that is added without a line above fails here."""
    there = {rule.endpoint for rule, _ in addresses(app)}

    assert there == {*ROLE_OF, *OPEN}


@pytest.mark.parametrize("role", ROLES)
def test_each_role_opens_its_own_addresses_and_no_other(app: Flask, stock: Path, role: str):
    """Too little: 403, or the way to the log-in for nobody; enough: anything but these."""
    open_shop(app, stock)
    app.config["WTF_CSRF_ENABLED"] = False  # the token is asked for before the role
    if role != "nobody":
        with app.app_context():
            accounts.create(EMAIL, PASSWORD, role)
            accounts.create("other@example.org", PASSWORD)
    client = app.test_client()
    if role != "nobody":
        sign_in = client.post("/admin/login", data={"email": EMAIL, "password": PASSWORD})
        assert sign_in.status_code == 303

    wrong = []
    for rule, method in addresses(app):
        if rule.endpoint in OPEN:
            continue
        with client.open(path_of(app, rule), method=method) as answer:
            answer.get_data()
        refused = answer.status_code == 403
        sent_away = answer.status_code == 303 and answer.location.startswith("/admin/login")
        least = ROLE_OF.get(rule.endpoint, "owner")
        if method == "POST":
            least = TO_CHANGE.get(rule.endpoint, least)
        enough = ROLES.index(role) >= ROLES.index(least)
        as_wanted = sent_away if role == "nobody" else (refused, sent_away) == (not enough, False)
        if not as_wanted or answer.status_code >= 500:
            wrong.append((method, rule.rule, answer.status))

    assert wrong == []


@pytest.mark.parametrize("path", ["/admin/figures", "/admin/people", "/admin/model"])
def test_who_is_sent_to_log_in_comes_back_to_the_page(app: Flask, path: str):
    answer = app.test_client().get(path)

    assert answer.location == f"/admin/login?next={path.replace('/', '%2F')}" or (
        answer.location == f"/admin/login?next={path}"
    )
