"""`flask backup` and `flask restore`: the catalogue, the people and the figures in one file."""

from pathlib import Path

import click
from flask.cli import with_appcontext

from webapp import storage
from webapp.cli.problems import needs_database, told
from webapp.errors import FileUnreadable, OutputUnwritable
from webapp.storage import backup as backups
from webapp.storage import restore as restoring

FILE = click.Path(path_type=Path, dir_okay=False)
WARNING = "This replaces the catalogue, the admins, the API keys and the figures. Go on?"


@click.command
@click.argument("file", type=FILE)
@with_appcontext
@told
@needs_database
def backup(file: Path) -> None:
    """Write a backup of the shop to FILE, while it runs or not.

    Shoppers' photos, and all that was made from them, are left out. The file holds admins'
    addresses and password hashes: keep it where only you can read it.
    """
    try:
        counts = backups.write(file)
    except OSError as error:
        raise OutputUnwritable(file=str(file), reason=error.strerror) from error
    click.echo(f"{file}: {counts['frame']} frames, {counts['image']} pictures")


@click.command
@click.argument("file", type=FILE)
@click.option("--yes", is_flag=True, help="Don't ask whether to go on.")
@with_appcontext
@told
def restore(file: Path, yes: bool) -> None:
    """Make the shop what the backup in FILE says, all at once or not at all.

    Shoppers' photos that are here go, since their consent was given to the shop of before;
    everybody has to sign in anew.
    """
    if not yes:
        click.confirm(WARNING, abort=True)
    storage.migrate()
    try:
        counts = restoring.read(file)
    except OSError as error:
        raise FileUnreadable(file=str(file), reason=error.strerror) from error
    click.echo(f"Restored: {counts['frame']} frames, {counts['admin']} admins")
