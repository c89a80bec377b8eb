"""Who is signed in to the back office.

The signed cookie holds the admin's number and session version; the database has the last
word. Signing out raises the version there, so a copied cookie ends with its session.
"""

import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from flask import Flask, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from webapp.errors import Busy, DatabaseAway, DatabaseOutdated, NotFound
from webapp.shop import accounts
from webapp.shop.views import AdminView

LONGEST = 12 * 3600  # s; a working day, after which an admin signs in again
P = ParamSpec("P")
View = Callable[P, ResponseReturnValue]


def init_app(app: Flask) -> None:
    """Let templates ask who is signed in."""
    app.add_template_global(shown, "signed_in")


def begin(admin: AdminView) -> None:
    """Sign the admin in, in a session of which nothing older is left."""
    session.clear()
    session["admin"] = [admin.id, admin.session_version, int(time.time())]


def end() -> None:
    """Sign out, on every device: no copy of the cookie is worth anything any more."""
    admin = current()
    if admin:
        accounts.end_sessions(admin.id)
    session.clear()


def current() -> AdminView | None:
    """Return the admin whose live session the cookie names, or None for everybody else."""
    if "admin" not in session:
        return None
    number, version, since = session["admin"]
    if time.time() - since > LONGEST:
        return None
    try:
        return accounts.by_session(number, version)
    except NotFound:
        return None


def shown() -> AdminView | None:
    """Return who pages show as signed in: nobody while the database is away, for the page says so.

    The page that tells of it must not break for the same reason.
    """
    try:
        return current()
    except (DatabaseAway, DatabaseOutdated, Busy):
        return None


def required() -> AdminView:
    """Return who is signed in. Raises `NotFound` when their session has just been ended."""
    admin = current()
    if admin is None:
        raise NotFound()
    return admin


def needs(role: str, *, to_change: str | None = None) -> Callable[[View[P]], View[P]]:
    """Return a decorator that lets admins of at least `role` pass, and asks others to sign in.

    `to_change`: the least role for posting to a view that also shows; by default the same.
    """

    def guard(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            admin = current()
            if admin is None:
                back = request.path if request.method == "GET" else None
                return redirect(url_for("admin.login", next=back), 303)
            changing = to_change if request.method == "POST" else None
            accounts.require(admin, changing or role)
            return view(*args, **kwargs)

        return guarded

    return guard
