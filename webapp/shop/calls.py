"""Calls that must not be done twice: a program may send one again that it got no answer to.

Kept of such a call are a hash of what was sent and the token of what it made, no answer.
"""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta

from webapp.errors import CallUnderWay, KeyReused
from webapp.shop.api_keys import KeyView
from webapp.storage import api_keys as rows
from webapp.storage import belongings, clock
from webapp.storage.database import writing
from webapp.storage.tables import ApiCall

GIVEN_UP = timedelta(minutes=2)  # a call without an answer after so long was cut short
RETRY_SECONDS = 5


def once(key: KeyView, name: str, parts: list[bytes], make: Callable[[], str]) -> tuple[str, bool]:
    """Return what `make()` made: now, or when the same call came first; and whether now.

    Args:
        name: the call's Idempotency-Key, 1 to 255 characters.
        parts: what was sent; the same parts are the same call.

    Raises:
        KeyReused: the name came before with other parts.
        CallUnderWay: the first call has not ended yet.
        Whatever `make` raises; the name is then free again.
    """
    fingerprint = fingerprint_of(parts)
    before = claim(key, name, fingerprint)
    if before is not None:
        return before, False
    try:
        made = make()
    except BaseException:
        release(key, name)
        raise
    with writing() as session:
        row = rows.call(session, key.id, name)
        if row is not None:
            row.made = made
    return made, True


def claim(key: KeyView, name: str, fingerprint: str) -> str | None:
    """Note that the call is under way, or return what it made before. Raises as `once`."""
    now = clock.now()
    with writing() as session:
        rows.forget_calls(session, now)
        row = rows.call(session, key.id, name)
        if row is None:
            row = ApiCall(
                key_id=key.id,
                name=name,
                fingerprint=fingerprint,
                created_at=now,
                expires_at=now + timedelta(hours=belongings.settings()["PHOTO_HOURS"]),
            )
            if rows.claim(session, row):
                return None
            raise CallUnderWay(seconds=RETRY_SECONDS)  # another process was quicker
        if row.fingerprint != fingerprint:
            raise KeyReused()
        if row.made is None and now - row.created_at < GIVEN_UP:
            raise CallUnderWay(seconds=RETRY_SECONDS)
        row.created_at = now
        return row.made


def release(key: KeyView, name: str) -> None:
    """Forget a call that came to nothing, so that it can be made again."""
    with writing() as session:
        row = rows.call(session, key.id, name)
        if row is not None:
            session.delete(row)


def forget(key: KeyView, made: str) -> None:
    """Forget the call that made this, since it was deleted: asked for again, it is made anew."""
    with writing() as session:
        rows.forget_made(session, key.id, made)


def forget_old(now: datetime) -> None:
    """Forget the calls whose photo has had its time: no trace of it is left, not even a hash."""
    with writing() as session:
        rows.forget_calls(session, now)


def fingerprint_of(parts: list[bytes]) -> str:
    """Return a hash that tells what was sent; each part's length is hashed with it."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()
