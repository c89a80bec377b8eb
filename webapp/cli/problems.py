"""Where domain errors become the command line's words."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import click

from webapp.errors import LorgnetteError
from webapp.web.words import WORDS, words_for

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
    """Return the error's code with its parameters, and its title where it has one."""
    return f"{words_for(error).title}: {error}" if error.code in WORDS else str(error)
