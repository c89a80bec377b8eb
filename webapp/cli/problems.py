"""Where domain errors become the command line's words."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import click

from webapp.errors import DatabaseOutdated, LorgnetteError
from webapp.storage import schema
from webapp.web.words import WORDS, words_for

COMMAND_WORDS = {
    "engine-gone": "Ray can't be used, or went away: %(reason)s. Nothing is lost",
    "batch-invalid": "%(field)s: %(value)s: %(advice)s",
    # What a shopper is told otherwise or never, and whoever runs a command needs
    "not-a-backup": "%(file)s is no backup of this shop: %(reason)s",
    "backup-too-new": (
        "A later version of the shop made %(file)s (revision %(revision)s). "
        "Install that version, or a later one, and restore again"
    ),
    "backup-incomplete": (
        "The backup would lack %(file)s, which is gone. "
        "This tells whose artwork it was, to be loaded again: flask --app wsgi sweep"
    ),
    "file-unreadable": "%(file)s can't be read: %(reason)s",
    "output-unwritable": "%(file)s can't be written: %(reason)s",
    "place-unusable": "%(place)s can't be used: %(reason)s",
    "model-unusable": "The model can't be used. %(file)s: %(reason)s",
    "no-such-version": "There is no version %(version)s; there are %(known)s",
    "version-taken": "A version can't be called %(version)s: %(reason)s",
    "not-evaluated": (
        "Version %(version)s: %(reason)s. Evaluate it first: "
        "flask --app wsgi model evaluate --version %(version)s"
    ),
    "model-worse": (
        "Version %(version)s is worse than %(active)s. %(worse)s. "
        "Add --force to activate it nevertheless"
    ),
}
P = ParamSpec("P")
R = TypeVar("R")


def told(command: Callable[P, R]) -> Callable[P, R]:
    """Return the command, ending with a plain sentence where it would raise a domain error."""

    @wraps(command)
    def plainly(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except LorgnetteError as error:
            raise click.ClickException(sentence(error)) from error

    return plainly


def sentence(error: LorgnetteError) -> str:
    """Return the error in words where it has some, and its code."""
    if error.code in COMMAND_WORDS:
        return f"{COMMAND_WORDS[error.code] % error.params} ({error.code})"
    return f"{words_for(error).title} ({error.code})" if error.code in WORDS else str(error)


def needs_database(command: Callable[P, R]) -> Callable[P, R]:
    """Return the command, refused with advice where the database is not up to date."""

    @wraps(command)
    def prepared(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            schema.require_current()
        except DatabaseOutdated:
            raise click.ClickException(
                "The database is not up to date. This mends it: flask --app wsgi db upgrade"
            ) from None
        return command(*args, **kwargs)

    return prepared
