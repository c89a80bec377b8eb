"""How often one address may ask for what costs much or invites guessing.

The counts live in this process's memory, which is right for one worker process; several
would each count on their own.
"""

from flask import Flask, current_app
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

limiter = Limiter(key_func=get_remote_address)


def init_app(app: Flask) -> None:
    """Count in memory, and tell clients where they stand."""
    app.config.setdefault("RATELIMIT_STORAGE_URI", "memory://")
    app.config.setdefault("RATELIMIT_HEADERS_ENABLED", True)
    limiter.init_app(app)


def an_hour(setting: str) -> str:
    """Return the limit that `setting` (a number an hour) states, as the limiter reads it."""
    return f"{current_app.config[setting]} per hour"


uploads = limiter.limit(lambda: an_hour("UPLOADS_PER_HOUR"))
logins = limiter.limit(lambda: an_hour("LOGINS_PER_HOUR"), methods=["POST"])
