"""`flask admin create`: who may sign in, and where the password comes from."""

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from webapp.shop import accounts

PASSWORD = "correct horse battery"


def test_the_password_is_asked_for_twice(app: Flask, commands: FlaskCliRunner) -> None:
    """Whoever types it the same way twice becomes an owner who can sign in."""
    done = commands.invoke(
        args=["admin", "create", "mia@example.com"], input=f"{PASSWORD}\n{PASSWORD}\n"
    )

    assert done.exit_code == 0, done.output
    assert PASSWORD not in done.output
    with app.app_context():
        assert accounts.check("mia@example.com", PASSWORD).role == "owner"


def test_the_password_may_come_from_the_environment(
    app: Flask, commands: FlaskCliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For installations that nobody watches."""
    monkeypatch.setenv("ADMIN_PASSWORD", PASSWORD)

    commands.invoke(args=["admin", "create", "mia@example.com", "--role", "viewer"])

    with app.app_context():
        assert accounts.check("mia@example.com", PASSWORD).role == "viewer"


def test_the_password_may_come_from_standard_input(app: Flask, commands: FlaskCliRunner) -> None:
    """A line of it, without its end."""
    commands.invoke(
        args=["admin", "create", "mia@example.com", "--password-stdin"], input=f"{PASSWORD}\n"
    )

    with app.app_context():
        assert accounts.check("mia@example.com", PASSWORD).email == "mia@example.com"


@pytest.mark.parametrize(
    ("email", "password", "said"),
    [
        ("mia@example.com", "short", "characters or more"),
        ("mia", PASSWORD, "no e-mail address"),
        ("taken@example.com", PASSWORD, "admin already"),
    ],
    ids=["a short password", "no address", "a taken address"],
)
def test_what_is_wrong_is_said(
    app: Flask, commands: FlaskCliRunner, email: str, password: str, said: str
) -> None:
    """In one sentence, without a traceback, and nobody is added."""
    with app.app_context():
        accounts.create("taken@example.com", PASSWORD)

    done = commands.invoke(
        args=["admin", "create", email, "--password-stdin"], input=f"{password}\n"
    )

    assert done.exit_code == 1
    assert said in done.stderr


def test_an_unknown_role_is_refused(commands: FlaskCliRunner) -> None:
    """Nobody becomes emperor by a slip of the pen."""
    done = commands.invoke(args=["admin", "create", "mia@example.com", "--role", "emperor"])

    assert done.exit_code == 2
    assert "owner" in done.stderr
