"""Admins sign in with a password that is never kept, and signing out ends it everywhere."""

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from webapp.errors import (
    EmailInvalid,
    EmailTaken,
    LoginRefused,
    NotAllowed,
    NotFound,
    WeakPassword,
)
from webapp.shop import accounts
from webapp.shop.views import AdminView
from webapp.storage import belongings
from webapp.storage.database import reading
from webapp.storage.tables import Admin

pytestmark = pytest.mark.usefixtures("shop")

EMAIL, PASSWORD = "ada@example.com", "correct horse battery"


def stored() -> str:
    with reading() as session:
        return session.scalars(select(Admin.password_hash)).one()


def test_an_admin_signs_in_with_address_and_password():
    made = accounts.create(EMAIL, PASSWORD)

    assert accounts.check(EMAIL, PASSWORD) == made
    assert (made.email, made.role) == (EMAIL, "owner")


def test_addresses_are_compared_without_case_and_spaces():
    made = accounts.create("  Ada@Example.COM ", PASSWORD)

    assert made.email == EMAIL
    assert accounts.check("ADA@example.com", PASSWORD) == made
    with pytest.raises(EmailTaken):
        accounts.create("ada@EXAMPLE.com", PASSWORD)


@pytest.mark.parametrize(
    ("email", "password"),
    [(EMAIL, "wrong"), (EMAIL, ""), (EMAIL, PASSWORD + "x" * 2000), ("bea@example.com", PASSWORD)],
    ids=["wrong", "empty", "endless", "unknown address"],
)
def test_others_are_refused_alike(email, password):
    accounts.create(EMAIL, PASSWORD)

    with pytest.raises(LoginRefused) as refusal:
        accounts.check(email, password)

    assert refusal.value.params == {}


def test_an_unknown_address_costs_a_password_check_too(monkeypatch):
    """Else the time of the answer would tell who is an admin."""
    accounts.create(EMAIL, PASSWORD)
    hashes: list[str] = []
    real = accounts.Hasher.verify

    def watched(self, hashed, password):
        hashes.append(hashed)
        return real(self, hashed, password)

    monkeypatch.setattr(accounts.Hasher, "verify", watched)
    for email in (EMAIL, "nobody@example.com"):
        with pytest.raises(LoginRefused):
            accounts.check(email, "wrong password")

    known, unknown = (hashed.split("$")[:4] for hashed in hashes)
    assert known == unknown  # algorithm, version and cost are the same


def test_the_password_itself_is_not_stored():
    accounts.create(EMAIL, PASSWORD)

    assert PASSWORD not in stored()
    assert stored().startswith("$argon2id$")


@pytest.mark.parametrize("password", ["", "elevenchars", "x" * 1025])
def test_a_password_of_senseless_length_is_refused(password):
    with pytest.raises(WeakPassword) as refusal:
        accounts.create(EMAIL, password)

    assert refusal.value.params == {"least": 12}


@pytest.mark.parametrize(
    "email", ["", "ada", "@example.com", "ada@", "a b@c.d", "a@b@c", "a@b..c", f"{'a' * 250}@b.cd"]
)
def test_an_address_that_is_none_is_refused(email):
    with pytest.raises(EmailInvalid):
        accounts.create(email, PASSWORD)


def test_a_session_lives_until_it_is_ended():
    made = accounts.create(EMAIL, PASSWORD)
    assert accounts.by_session(made.id, made.session_version) == made

    accounts.end_sessions(made.id)

    with pytest.raises(NotFound):
        accounts.by_session(made.id, made.session_version)
    again = accounts.check(EMAIL, PASSWORD)
    assert accounts.by_session(again.id, again.session_version) == again


def test_ending_ones_sessions_leaves_others_signed_in():
    ada, bea = accounts.create(EMAIL, PASSWORD), accounts.create("bea@example.com", PASSWORD)

    accounts.end_sessions(ada.id)

    assert accounts.by_session(bea.id, bea.session_version) == bea


@pytest.mark.parametrize(
    ("role", "reach"),
    [("owner", {"owner", "editor", "viewer"}), ("editor", {"editor", "viewer"}),
     ("viewer", {"viewer"})],
)  # fmt: skip
def test_roles_reach_as_far_as_they_should(role, reach):
    admin = AdminView(1, EMAIL, role, 1)

    for needed in ("owner", "editor", "viewer"):
        if needed in reach:
            accounts.require(admin, needed)
        else:
            with pytest.raises(NotAllowed) as refusal:
                accounts.require(admin, needed)
            assert refusal.value.params == {"role": role, "needed": needed}


def test_an_unknown_role_is_refused():
    with pytest.raises(NotAllowed):
        accounts.create(EMAIL, PASSWORD, "emperor")


def test_a_hash_of_old_strength_is_renewed_at_log_in():
    accounts.create(EMAIL, PASSWORD)
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    accounts.rehash(AdminView(1, EMAIL, "owner", 1), weak.hash(PASSWORD))

    accounts.check(EMAIL, PASSWORD)

    assert not belongings.only(accounts.Hasher).check_needs_rehash(stored())
    accounts.check(EMAIL, PASSWORD)
