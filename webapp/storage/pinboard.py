"""Pictures that several workers share: in Redis, for minutes, never beyond their photo.

Without Redis, or while it is away, every worker paints its own. What lies there is named by keyed
hashes: neither a photo's token nor a measure of a face can be read from a name. A photo's pictures
lie under one name and go with it at once; one that was being painted meanwhile is not laid
down any more.
"""

import hashlib
import hmac
import logging

from redis.exceptions import RedisError

from webapp.storage import shared
from webapp.storage.belongings import settings

MOST_BYTES = 400_000  # of a picture; a wall's are some 50 kB
GONE_SECONDS = 600  # how long a photo is known to be gone; nothing is painted for so long
# KEYS: the photo's pictures, and its grave.
LAY_DOWN = """
if redis.call('EXISTS', KEYS[2]) == 1 then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[3])
return 1
"""

log = logging.getLogger(__name__)


def find(photo: str, what: str) -> bytes | None:
    """Return a picture of a photo, whose row has just been checked; None where there is none.

    Args:
        photo: the photo's token.
        what: all that the picture depends on besides.
    """
    if not shared.configured():
        return None
    try:
        there = shared.client().hget(name_of("pictures", photo), hash_of(what))
    except RedisError as error:
        note(error)
        return None
    return there if isinstance(there, bytes) else None


def lay_down(photo: str, what: str, jpeg: bytes) -> None:
    """Let other workers find a picture, for FACES_MINUTES from now."""
    if not shared.configured() or len(jpeg) > MOST_BYTES:
        return
    seconds = max(1, round(60 * settings()["FACES_MINUTES"]))
    names = name_of("pictures", photo), name_of("gone", photo)
    try:
        shared.client().eval(LAY_DOWN, 2, *names, hash_of(what), jpeg, seconds)
    except RedisError as error:
        note(error)


def forget(photo: str) -> None:
    """Take a photo's pictures away for good.

    While Redis can't be reached, what lies there is shown to nobody, since the photo's row is asked
    first; it ends by itself after FACES_MINUTES.
    """
    if not shared.configured():
        return
    try:
        with shared.client().pipeline(transaction=True) as together:
            together.set(name_of("gone", photo), b"", ex=GONE_SECONDS)
            together.delete(name_of("pictures", photo))
            together.execute()
    except RedisError as error:
        note(error)


def note(error: RedisError) -> None:
    """Log that Redis is away; by the error's kind alone, for its words may hold an address."""
    log.warning("Redis is away: %s", type(error).__name__)


def name_of(kind: str, photo: str) -> str:
    """Return the name under which something of a photo lies in Redis."""
    return f"{shared.PREFIX}{kind}:{hash_of(photo)}"


def hash_of(what: str) -> str:
    """Return a keyed hash: equal for equals, and nothing else can be told from it."""
    key = str(settings()["SECRET_KEY"]).encode()
    return hmac.new(key, what.encode(), hashlib.sha256).hexdigest()
