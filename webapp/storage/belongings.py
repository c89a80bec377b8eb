"""What belongs to the running app: its settings, and the things of which it has one.

It lets the use cases know neither Flask nor global state: whatever they need once per app
(the model's eye, a cache, the hasher) is made on first need and lives as long as the app.
"""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from flask import Flask, current_app
from flask.ctx import AppContext

from webapp.storage import preferences

KEY = "lorgnette"
OWN = "lorgnette-own-settings"
FRESH_SECONDS = 1.0  # a request reads settings several times, and asks the database once
Thing = TypeVar("Thing")


def init_app(app: Flask) -> None:
    """Give the app an empty place for its belongings."""
    app.extensions[KEY] = {}
    app.extensions[f"{KEY}-lock"] = threading.RLock()  # one thing may need another


class InForce(Mapping[str, Any]):
    """The app's settings: what owners set in the back office, over the environment's."""

    def __getitem__(self, name: str) -> Any:
        if name in preferences.NAMES:
            own = set_by_owners()
            if name in own:
                return own[name]
        return current_app.config[name]

    def __iter__(self) -> Iterator[str]:
        return iter(current_app.config)

    def __len__(self) -> int:
        return len(current_app.config)


def settings() -> Mapping[str, Any]:
    """Return the app's settings, by the names of `webapp.config`."""
    return InForce()


def environment() -> Mapping[str, Any]:
    """Return the settings as the environment has them, whatever owners set."""
    return current_app.config


def set_by_owners() -> Mapping[str, Any]:
    """Return what owners set, read anew every `FRESH_SECONDS`: other processes set it too."""
    told = current_app.extensions.get(OWN)
    if told is None or time.monotonic() - told[0] > FRESH_SECONDS:
        told = time.monotonic(), preferences.stored()
        current_app.extensions[OWN] = told
    values: Mapping[str, Any] = told[1]
    return values


def forget_preferences() -> None:
    """Read what owners set anew the next time: it was changed in this process."""
    current_app.extensions.pop(OWN, None)


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
