"""What belongs to the running app: its settings, and the things of which it has one.

It lets the use cases know neither Flask nor global state: whatever they need once per app
(the model's eye, a cache, the hasher) is made on first need and lives as long as the app.
"""

import threading
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from flask import Flask, current_app
from flask.ctx import AppContext

KEY = "lorgnette"
Thing = TypeVar("Thing")


def init_app(app: Flask) -> None:
    """Give the app an empty place for its belongings."""
    app.extensions[KEY] = {}
    app.extensions[f"{KEY}-lock"] = threading.RLock()  # one thing may need another


def settings() -> Mapping[str, Any]:
    """Return the app's settings, by the names of `webapp.config`."""
    return current_app.config


def context() -> Callable[[], AppContext]:
    """Return what gives the app's context to work that goes on in another thread."""
    return current_app._get_current_object().app_context  # type: ignore[attr-defined]


def only(make: Callable[[], Thing]) -> Thing:
    """Return the app's only `make()`: made at the first call, the same ever after."""
    things = current_app.extensions[KEY]
    if make not in things:
        with current_app.extensions[f"{KEY}-lock"]:
            if make not in things:
                things[make] = make()
    thing: Thing = things[make]
    return thing


def replace(make: Callable[[], Thing], thing: Thing) -> None:
    """Let `only(make)` return `thing` from now on (tests put in what they control)."""
    current_app.extensions[KEY][make] = thing
