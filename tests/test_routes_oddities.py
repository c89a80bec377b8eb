"""Odd values in every address and form: refused or passed over, never a fault of ours."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from tests.shoppers import csrf_of, open_shop, result_of, sign_in, wall_of
from tests.test_routes import rules

HUGE = str(10**30)
NAMED = (
    "back", "email", "face", "frame", "heart", "hours", "id", "left", "lens", "look", "name",
    "next", "number", "out", "page", "pd_mm", "period", "pick", "q", "reason", "role", "shown",
    "sort", "table", "tilt", "tint", "to", "up", "v", "variant", "w", "wall", "width",
)  # fmt: skip
ODD = {
    "huge": HUGE,
    "less than nothing": "-" + HUGE,
    "no number": "nan",
    "nothing": "\0",
    "long and strange": "\u202e%s{0}{{7*7}}" * 9,
}
ENDS = {"admin.logout", "mine.end"}


@pytest.fixture(autouse=True)
def _stocked(app: Flask, stock: Path) -> None:
    open_shop(app, stock)
    app.config.update(
        UPLOADS_PER_HOUR=10**6, LOGINS_PER_HOUR=10**6, PROPAGATE_EXCEPTIONS=False, TESTING=False
    )


def places(rule: Rule, tokens: list[str], odd: str) -> Iterator[str]:
    """Yield addresses of a route: of what the visit owns, and with the odd value in each part."""
    known = {"frame": "ada", "variant": "black", "slug": "ada", "id": "1"}
    for token in tokens:
        given = {name: known.get(name, token) for name in rule.arguments}
        yield build(rule, given)
    for name in rule.arguments:
        yield build(rule, {**{one: known.get(one, tokens[0]) for one in rule.arguments}, name: odd})


def build(rule: Rule, given: dict[str, str]) -> str:
    """Return the route's address with its parts as given, whatever kind they should have."""
    address = rule.rule
    for part in [one for one in address.split("/") if "<" in one]:
        name = part[part.index("<") + 1 : part.index(">")].rpartition(":")[2]
        whole = part[part.index("<") : part.index(">") + 1]
        address = address.replace(whole, given[name].replace("/", ""), 1)
    return address


@pytest.mark.parametrize("odd", list(ODD.values()), ids=list(ODD))
def test_no_odd_value_is_a_fault_of_ours(app: Flask, client: FlaskClient, odd: str) -> None:
    """As a shopper with a photo and as an owner at once; in the path, the query and the form."""
    wall = wall_of(client)
    tokens = [path.rsplit("/", 1)[1] for path in (wall, result_of(client, wall))]
    named = dict.fromkeys(NAMED, odd)
    with client.session_transaction() as session:
        kept = {name: session[name] for name in ("visit", "steps") if name in session}
    sign_in(app, client)
    with client.session_transaction() as session:
        session.update(kept)
    tried, faults, token = 0, [], csrf_of(client)
    for rule in rules(app):
        if rule.endpoint in ENDS or rule.endpoint == "static":
            continue
        for address in places(rule, tokens, odd):
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                data = {**named, "csrf_token": token} if method == "POST" else None
                with client.open(address, method=method, query_string=named, data=data) as answer:
                    tried += 1
                    if answer.status_code >= 500 and answer.status_code != 503:
                        faults.append(f"{method} {rule.rule}: {answer.status_code}")
    assert tried > 200
    assert sorted(set(faults)) == []
