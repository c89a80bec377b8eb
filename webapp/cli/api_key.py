"""`flask api-key`: who may call the API."""

import click
from flask.cli import AppGroup

from webapp.cli.problems import needs_database, told
from webapp.errors import KeyInvalid, NotFound
from webapp.shop import api_keys
from webapp.shop.api_keys import ATTESTATION, SCOPES, KeyView

api_key = AppGroup("api-key", help="Who may call the API.")


@api_key.command("create")
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    type=click.Choice(SCOPES),
    multiple=True,
    help="What it may do; repeat it. By default everything.",
)
@click.option("--attest", is_flag=True, help="Its holder attests to the consent it asks about.")
@needs_database
@told
def create(name: str, scopes: tuple[str, ...], attest: bool) -> None:
    """Make a key and print it, this once: only its hash is kept.

    Its holder attests that everybody in the photos it will send has agreed. Without --attest
    the command asks for that.
    """
    attested = attest or click.confirm(f"{ATTESTATION}\nDoes the key's holder attest to this?")
    try:
        key, token = api_keys.create(name, attested=attested, scopes=scopes or SCOPES)
    except KeyInvalid as error:
        raise click.ClickException("A key's {field} has {advice}.".format(**error.params)) from None
    click.echo(f"{key.name} may use {', '.join(key.scopes)}. Its key, shown only now:", err=True)
    click.echo(token)


@api_key.command("list")
@needs_database
def list_() -> None:
    """Print the keys, a line each: name, scopes, when made, last used and revoked."""
    for key in api_keys.every():
        click.echo(line_of(key))


@api_key.command("revoke")
@click.argument("name")
@needs_database
def revoke(name: str) -> None:
    """End a key for good, from the next call on."""
    try:
        api_keys.revoke(name)
    except NotFound:
        raise click.ClickException(f"There is no key called {name}.") from None
    click.echo(f"{name} is revoked.")


def line_of(key: KeyView) -> str:
    """Return what the list says of a key."""
    used = f"{key.used:%Y-%m-%d %H:00}" if key.used else "never"
    state = f"revoked {key.revoked:%Y-%m-%d %H:%M}" if key.revoked else "valid"
    made = f"{key.created:%Y-%m-%d %H:%M}"
    return "\t".join(
        (key.name, ",".join(key.scopes), f"made {made}", f"used {used}", key.attestation, state)
    )
