"""Whom a limit counts as one caller, and what many callers at once may cost."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import Flask

from tests.shoppers import EMAIL, PASSWORD, csrf_of, open_shop
from webapp.errors import LoginRefused
from webapp.shop import accounts
from webapp.storage import belongings
from webapp.web.limits import household, limiter


@pytest.fixture(autouse=True)
def _stocked(app: Flask, stock: Path) -> None:
    open_shop(app, stock)
    limiter.reset()


@pytest.mark.parametrize(
    ("address", "counted_as"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("a name", "a name"),
    ],
)
def test_who_has_one_address_of_a_network_has_them_all(address: str, counted_as: str) -> None:
    """An IPv6 customer gets 2^64 of them, and could guess from each."""
    assert household(address) == counted_as


def log_in_from(app: Flask, address: str, email: str, **headers: str) -> int:
    """Try to sign in; return the status."""
    client = app.test_client()
    client.environ_base["REMOTE_ADDR"] = address
    fields = {"csrf_token": csrf_of(client, "/admin/login"), "email": email, "password": "wrong"}
    return client.post("/admin/login", data=fields, headers=headers).status_code


def test_guesses_from_many_addresses_of_one_network_are_counted_together(app: Flask) -> None:
    app.config["LOGINS_PER_HOUR"] = 3

    statuses = [
        log_in_from(app, f"2001:db8:1:2::{number:x}", f"{number}@example.org")
        for number in range(1, 6)
    ]

    assert statuses == [401, 401, 401, 429, 429]
    assert log_in_from(app, "2001:db8:1:3::1", "somebody@example.org") == 401


@pytest.mark.parametrize("name", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "Client-IP"])
def test_no_header_makes_somebody_else_of_a_caller(app: Flask, name: str) -> None:
    """Without a proxy that the settings know of, none is believed."""
    app.config["LOGINS_PER_HOUR"] = 2

    statuses = [
        log_in_from(app, "203.0.113.7", f"{number}@example.org", **{name: f"198.51.100.{number}"})
        for number in range(3)
    ]

    assert statuses == [401, 401, 429]


def test_passwords_are_checked_two_at_a_time(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each takes 64 MB: sixteen threads of log-ins must not take a gigabyte."""
    with app.app_context():
        accounts.create(EMAIL, PASSWORD)
        hasher = belongings.only(accounts.Hasher)
    lock, inside, most = threading.Lock(), 0, 0
    together = threading.Barrier(accounts.AT_ONCE)

    def verify(hashed: str, password: str) -> bool:
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
        together.wait(30)  # as many come in, and no more
        with lock:
            inside -= 1
        return False

    monkeypatch.setattr(hasher, "verify", verify)

    def guess(number: int) -> None:
        with app.app_context(), pytest.raises(LoginRefused):
            accounts.check(EMAIL, f"wrong password {number}")

    with ThreadPoolExecutor(8) as crowd:
        list(crowd.map(guess, range(8)))

    assert most == accounts.AT_ONCE == 2
