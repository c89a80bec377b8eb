"""What several processes and machines share beside the database: one Redis, by `REDIS_URL`.

It holds what may be lost: counts of rate limits, wake-ups, rendered previews for minutes.
Nothing in it is the truth, and no face geometry ever gets there, so the shop goes on while it
is away. Without `REDIS_URL` there is none, and one process keeps all that in its own memory.
"""

import logging
from typing import Any

from flask import Flask
from redis import Redis
from redis.backoff import NoBackoff
from redis.connection import parse_url
from redis.exceptions import RedisError
from redis.retry import Retry

from webapp.errors import RedisAway, RedisUnfit, SettingInvalid
from webapp.storage.belongings import only, settings

PREFIX = "lorgnette:"  # of every key, so that a glance tells whose they are
ANSWER_SECONDS = 0.5  # a healthy Redis takes a thousandth of it; no command waits longer
LEAST, NEWEST = 6, 8  # versions: below, commands are missing; above, nobody has tried

log = logging.getLogger(__name__)


def init_app(app: Flask) -> None:
    """Check the address; nothing is connected to.

    Raises:
        SettingInvalid: REDIS_URL is no address of a Redis.
    """
    try:
        if app.config["REDIS_URL"]:
            parse_url(app.config["REDIS_URL"])
    except ValueError:
        shown = app.config["REDIS_URL"].partition("://")[0][:30] + "://…"  # may hold a password
        expected = "redis://HOST:6379/0, or rediss:// for TLS"
        raise SettingInvalid(name="REDIS_URL", value=shown, expected=expected) from None


def configured() -> bool:
    """Return whether there is a Redis."""
    return bool(settings()["REDIS_URL"])


def client() -> Redis:
    """Return the app's Redis client; it connects at the first command, and again after a loss.

    Raises:
        RedisAway: REDIS_URL is not set.
    """
    if not configured():
        raise RedisAway(reason="REDIS_URL is not set")
    return only(connect)


def connect() -> Redis:
    """Return a client for the address in the settings."""
    return Redis.from_url(settings()["REDIS_URL"], **options())


def options() -> dict[str, Any]:
    """Return how every connection to Redis is made: a lost one costs no request much time."""
    return {
        "socket_timeout": ANSWER_SECONDS,
        "socket_connect_timeout": ANSWER_SECONDS,
        # None: a connection that Redis has closed meanwhile is seen to be stale without a try.
        "retry": Retry(NoBackoff(), 0),
    }


def require() -> None:
    """Check that Redis answers and is of a version that the shop can use.

    Raises:
        RedisAway: it does not answer, or refuses.
        RedisUnfit: it is too old.
    """
    try:
        told: Any = client().info("server")
        version = str(told["redis_version"])
    except (RedisError, OSError, KeyError) as error:
        raise RedisAway(reason=str(error)) from error
    major = int(version.partition(".")[0])
    if major < LEAST:
        raise RedisUnfit(version=version, least=f"{LEAST}.0")
    if major > NEWEST:
        log.warning("Redis %s is newer than any this shop was tried with", version)
