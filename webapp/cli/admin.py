"""`flask admin`: who may sign in to the back office."""

import os
import sys

import click
from flask.cli import AppGroup

from webapp.cli.problems import needs_database
from webapp.errors import EmailInvalid, EmailTaken, WeakPassword
from webapp.shop import accounts

ROLES = ("owner", "editor", "viewer")

admin = AppGroup("admin", help="Who may sign in to the back office.")


@admin.command("create")
@click.argument("email")
@click.option("--role", type=click.Choice(ROLES), default="owner", show_default=True)
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@needs_database
def create(email: str, role: str, password_stdin: bool) -> None:
    """Add an admin.

    The password is asked for twice, or taken from ADMIN_PASSWORD, or from standard input;
    never from an argument, which other users of the machine could see.
    """
    password = read_password(password_stdin)
    try:
        added = accounts.create(email, password, role)
    except EmailInvalid:
        raise click.ClickException(f"{email} is no e-mail address.") from None
    except EmailTaken:
        raise click.ClickException(f"{email} is an admin already.") from None
    except WeakPassword as error:
        least = error.params["least"]
        raise click.ClickException(f"The password needs {least} characters or more.") from None
    click.echo(f"{added.email} is {added.role} now and signs in at /admin/login.")


def read_password(from_stdin: bool) -> str:
    """Return the new password from standard input, the environment, or whoever types."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    given = os.environ.get("ADMIN_PASSWORD")
    return given or click.prompt("Password", hide_input=True, confirmation_prompt=True)
