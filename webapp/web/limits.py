"""How often one address may ask for what costs much or invites guessing.

The counts live in Redis where REDIS_URL names one, and hold for all workers and machines;
else in this process's memory, which is right for one worker process. While Redis is away,
each process counts on its own: nobody is refused for it, and nobody gets a free hand.
"""

import hashlib
import hmac
from ipaddress import IPv4Address, IPv6Network, ip_address
from math import ceil
from time import time

from flask import Flask, current_app, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from webapp.storage import shared


def caller() -> str:
    """Return what an address is counted by: no address lies in Redis, nor can it be guessed."""
    return hashed(household(get_remote_address()))


def household(address: str) -> str:
    """Return what of an address stands for one caller.

    Of IPv6 it is the network of 64 bits: whoever has one address there has all 2^64 of them.
    """
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv4Address):
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(IPv6Network((found, 64), strict=False))


def hashed(text: str) -> str:
    """Return what stands for a text that must not be read, or guessed, in Redis."""
    key = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:32]


ADDRESSES = 5  # as many tries of one account as this many addresses have

limiter = Limiter(key_func=caller)


def init_app(app: Flask) -> None:
    """Count in Redis, or in memory where there is none."""
    if app.config["REDIS_URL"]:
        app.config.setdefault("RATELIMIT_STORAGE_URI", app.config["REDIS_URL"])
        app.config.setdefault("RATELIMIT_STORAGE_OPTIONS", shared.options())
        app.config.setdefault("RATELIMIT_KEY_PREFIX", f"{shared.PREFIX}limits")
        app.config.setdefault("RATELIMIT_IN_MEMORY_FALLBACK_ENABLED", True)
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


def a_minute(setting: str) -> str:
    """Return the limit that `setting` (a number a minute) states, as the limiter reads it."""
    return f"{current_app.config[setting]} per minute"


hints = limiter.limit(lambda: a_minute("HINTS_PER_MINUTE"))
uploads = limiter.limit(lambda: an_hour("UPLOADS_PER_HOUR"))


def account() -> str:
    """Return by what an account is counted that somebody tries to sign in to."""
    return hashed(request.form.get("email", "").strip().lower())


def account_limit() -> str:
    """Return how often an account may be tried, from wherever.

    More often than from one address, lest a stranger could lock its owner out; far from often
    enough to guess a password.
    """
    return f"{ADDRESSES * current_app.config['LOGINS_PER_HOUR']} per hour"


logins = limiter.limit(lambda: an_hour("LOGINS_PER_HOUR"), methods=["POST"])
guesses = limiter.limit(account_limit, key_func=account, methods=["POST"])
