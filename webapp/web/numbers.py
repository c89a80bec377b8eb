"""Whole numbers that an address names: none that a database could not even be asked for."""

from typing import Any

from flask import Flask, request
from werkzeug.routing import IntegerConverter, Map

MOST = 2**31 - 1  # of the least of the databases' whole numbers
MOST_PAGES = 1_000_000


class Number(IntegerConverter):
    """A part of a path, `<int:id>`; a larger number is an address that is nothing here."""

    def __init__(self, map: Map, *args: Any, **bounds: Any) -> None:
        super().__init__(map, *args, **{"max": MOST, **bounds})


def init_app(app: Flask) -> None:
    """Read the numbers in all paths so; the routes come later."""
    app.url_map.converters["int"] = Number


def page_asked() -> int:
    """Return the number of the page that the query asks for, from 1 on; 1 where it names none."""
    return min(max(request.args.get("page", 1, int), 1), MOST_PAGES)
