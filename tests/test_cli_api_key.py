"""`flask api-key`: made for who vouches, shown once, listed, revoked."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import select

from webapp.errors import AttestationMissing, KeyInvalid, KeyRefused, ScopeMissing
from webapp.shop import api_keys
from webapp.storage import clock
from webapp.storage.database import reading
from webapp.storage.tables import ApiKey


def made(commands: FlaskCliRunner, name: str = "nightly", *options: str) -> str:
    """Make a key and return its token."""
    done = commands.invoke(args=["api-key", "create", name, "--attest", *options])
    assert done.exit_code == 0, done.output
    return done.stdout.strip()


def test_a_key_is_shown_once_and_kept_as_a_hash(app: Flask, commands: FlaskCliRunner):
    """What is in the database opens nothing."""
    token = made(commands)

    assert len(token) > 43  # 256 bits in base64, and the prefix
    with app.app_context(), reading() as session:
        row = session.scalars(select(ApiKey)).one()
        told = " ".join(str(getattr(row, column.key)) for column in ApiKey.__table__.columns)
    assert token not in told
    assert token not in commands.invoke(args=["api-key", "list"]).output


def test_whoever_makes_a_key_is_asked_for_consent(app: Flask, commands: FlaskCliRunner):
    """Its words are shown; the version and the time are kept with the key."""
    done = commands.invoke(args=["api-key", "create", "nightly"], input="y\n")

    assert done.exit_code == 0
    assert "has agreed" in done.output
    with app.app_context():
        (key,) = api_keys.every()
        assert key.attestation == api_keys.ATTESTATION_VERSION
        assert clock.now() - key.created < timedelta(minutes=5)


def test_without_consent_there_is_no_key(app: Flask, commands: FlaskCliRunner):
    done = commands.invoke(args=["api-key", "create", "nightly"], input="n\n")

    assert done.exit_code == 1
    with app.app_context():
        assert api_keys.every() == []
        with pytest.raises(AttestationMissing):
            api_keys.create("nightly", attested=False)


def test_a_key_reaches_as_far_as_its_scopes(app: Flask, commands: FlaskCliRunner):
    token = made(commands, "reader", "--scope", "frames")

    with app.app_context():
        key = api_keys.check(token)
        api_keys.require(key, "frames")
        with pytest.raises(ScopeMissing):
            api_keys.require(key, "faces")


def test_a_revoked_key_opens_nothing(app: Flask, commands: FlaskCliRunner):
    """Nor does revoking it twice change when that was."""
    token = made(commands)

    assert commands.invoke(args=["api-key", "revoke", "nightly"]).exit_code == 0
    with app.app_context():
        (before,) = api_keys.every()
        with pytest.raises(KeyRefused):
            api_keys.check(token)
    commands.invoke(args=["api-key", "revoke", "nightly"])
    with app.app_context():
        assert api_keys.every() == [before]


def test_the_list_tells_every_key(commands: FlaskCliRunner):
    made(commands, "reader", "--scope", "frames")
    made(commands, "nightly")
    commands.invoke(args=["api-key", "revoke", "nightly"])

    reader, nightly = commands.invoke(args=["api-key", "list"]).stdout.splitlines()

    assert reader.startswith("reader\tframes\t")
    assert "used never" in reader
    assert reader.endswith("valid")
    assert "revoked" in nightly


def test_the_last_use_is_noted_to_within_an_hour(
    app: Flask, commands: FlaskCliRunner, monkeypatch: pytest.MonkeyPatch
):
    """Not with every call, which would write to the database each time."""
    token = made(commands)
    start = clock.now()
    with app.app_context():
        for minutes in (0, 59, 61):
            at = start + timedelta(minutes=minutes)
            monkeypatch.setattr(clock, "now", lambda at=at: at)
            api_keys.check(token)
        noted_last = api_keys.every()[0].used
        monkeypatch.setattr(clock, "now", lambda: start + timedelta(minutes=119))
        api_keys.check(token)

        assert noted_last == start + timedelta(minutes=61)
        assert api_keys.every()[0].used == noted_last


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["create", "taken", "--attest"], "taken"),
        (["create", " ", "--attest"], "1 to 120 characters"),
        (["create", "x" * 121, "--attest"], "1 to 120 characters"),
        (["create", "new", "--attest", "--scope", "everything"], "frames"),
        (["revoke", "nobody"], "no key called nobody"),
    ],
    ids=["a taken name", "an empty name", "a long name", "no such scope", "no such key"],
)
def test_what_is_wrong_is_said(commands: FlaskCliRunner, arguments: list[str], said: str):
    made(commands, "taken")

    done = commands.invoke(args=["api-key", *arguments])

    assert done.exit_code != 0
    assert said in done.stderr


def test_a_scope_that_does_not_exist_is_refused(app: Flask):
    with app.app_context(), pytest.raises(KeyInvalid):
        api_keys.create("new", attested=True, scopes=["everything"])
