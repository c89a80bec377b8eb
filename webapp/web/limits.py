"""How often one address may ask for what costs much or invites guessing.

The counts live in this process's memory, which is right for one worker process; several
would each count on their own.
"""

from math import ceil
from time import time

from flask import Flask, current_app
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

limiter = Limiter(key_func=get_remote_address)


def init_app(app: Flask) -> None:
    """Count in memory."""
    app.config.setdefault("RATELIMIT_STORAGE_URI", "memory://")
    # Its headers would set Retry-After on every answer, refused or not.
    app.config.setdefault("RATELIMIT_HEADERS_ENABLED", False)
    limiter.init_app(app)


def seconds_left() -> int:
    """Return after how many seconds who has just been refused may try again."""
    limit = limiter.current_limit
    return max(1, ceil(limit.reset_at - time())) if limit else 1


def an_hour(setting: str) -> str:
    """Return the limit that `setting` (a number an hour) states, as the limiter reads it."""
    return f"{current_app.config[setting]} per hour"


uploads = limiter.limit(lambda: an_hour("UPLOADS_PER_HOUR"))
logins = limiter.limit(lambda: an_hour("LOGINS_PER_HOUR"), methods=["POST"])
