"""The session's cookie: how long it lives, and how it lives inside another shop's page.

A cookie is kept as long as a photo is. In a frame on an allowed site it is another one:
SameSite=None, for the browser counts every request there as cross-site; Secure, as that asks
for https; Partitioned, so that it belongs to that site's frame alone and follows nobody.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask, session
from flask.sessions import SecureCookieSessionInterface, SessionMixin

from webapp.shop.preferences import MOST_HOURS
from webapp.storage import belongings

EMBEDDED = "embedded"  # in the session of a frame on another site


class Sessions(SecureCookieSessionInterface):
    """Flask's signed cookies, with these two differences."""

    def get_expiration_time(self, app: Flask, session: SessionMixin) -> datetime | None:
        if not session.permanent:
            return None
        return datetime.now(UTC) + timedelta(hours=belongings.settings()["PHOTO_HOURS"])

    def get_cookie_samesite(self, app: Flask) -> str | None:
        return "None" if framed() else super().get_cookie_samesite(app)

    def get_cookie_partitioned(self, app: Flask) -> bool:
        return framed() or super().get_cookie_partitioned(app)


def init_app(app: Flask) -> None:
    """Use these sessions; a signature counts as long as any cookie may live."""
    app.session_interface = Sessions()
    app.config["PERMANENT_SESSION_LIFETIME"] = timedelta(hours=MOST_HOURS)


def framed() -> bool:
    """Return whether the session is one of a frame on another site."""
    marked: Any = session.get(EMBEDDED)
    return bool(marked)
