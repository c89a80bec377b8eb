"""API keys: made once, kept as a hash, told apart by name, revoked for good.

Whoever makes a key attests that the people in the photos it will send agreed to it: a program
can't tick a shopper's box. The attestation's version and time are kept with the key, and stand
for consent with every photo that it sends.
"""

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from webapp.errors import AttestationMissing, KeyInvalid, KeyRefused, NotFound, ScopeMissing
from webapp.storage import api_keys as rows
from webapp.storage import clock
from webapp.storage.database import reading, writing
from webapp.storage.tables import ApiKey

SCOPES = ("faces", "try-ons", "frames", "batches")
ATTESTATION_VERSION = "api-2026-11"  # of these words:
ATTESTATION = (
    "Everybody in the photos that this key sends has agreed that their photo is used to find "
    "their face and to show glasses on it, and was told how long it is kept."
)
PREFIX = "lgn_"  # lets secret scanners, and people, see what a leaked string is
TOKEN_BYTES = 32  # 256 bits: so much chance needs no salt and no slow hash
NAME = re.compile(r"(?=.*\S)[^\x00-\x1f\x7f]{1,120}")
USE_NOTED = timedelta(hours=1)  # finer would write to the database with every call


@dataclass(frozen=True)
class KeyView:
    """An API key without its secret; times are aware, in UTC.

    `used`: when it was last used, to within an hour; None before the first time. `attestation`:
    the version of the words attested to when it was `created`. `revoked`: None while it works.
    """

    id: int
    name: str
    scopes: tuple[str, ...]
    attestation: str
    created: datetime
    used: datetime | None
    revoked: datetime | None

    @property
    def visit(self) -> str:
        """Who owns the photos that the key sends, as `webapp.shop.photos` names owners.

        No shopper's visit is called so: theirs are random, and signed.
        """
        return f"api-key-{self.id}"


def create(name: str, *, attested: bool, scopes: Sequence[str] = SCOPES) -> tuple[KeyView, str]:
    """Make a key, and return it with its token, which nobody can ever read again.

    Raises:
        AttestationMissing: nobody vouches for consent.
        KeyInvalid: the name is empty, too long, or has control characters; no such scope.
        KeyNameTaken: there is, or was, a key of that name.
    """
    if not attested:
        raise AttestationMissing()
    if not NAME.fullmatch(name):
        raise KeyInvalid(field="name", value=name, advice="1 to 120 characters")
    for scope in scopes or [""]:
        if scope not in SCOPES:
            raise KeyInvalid(field="scope", value=scope, advice=", ".join(SCOPES))
    token = PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
    row = ApiKey(
        name=name,
        token_hash=hash_of(token),
        scopes=[scope for scope in SCOPES if scope in scopes],
        attestation_version=ATTESTATION_VERSION,
    )
    with writing() as session:
        rows.add(session, row)
        return view_of(row), token


def check(token: str) -> KeyView:
    """Return the key with that token, and note that it is used. Raises `KeyRefused`."""
    now = clock.now()
    with reading() as session:
        row = rows.by_hash(session, hash_of(token))
        if row is None or row.revoked_at is not None:
            raise KeyRefused()
        key = view_of(row)
    if key.used is None or now - key.used >= USE_NOTED:
        with writing() as session:
            rows.note_use(session, key.id, now)
    return key


def require(key: KeyView, scope: str) -> None:
    """Raise `ScopeMissing` unless the key has the scope."""
    if scope not in key.scopes:
        raise ScopeMissing(needed=scope, scopes=", ".join(key.scopes))


def every() -> list[KeyView]:
    """Return all keys, revoked ones too, in the order of their making."""
    with reading() as session:
        return [view_of(row) for row in rows.every(session)]


def revoke(name: str) -> KeyView:
    """End a key for good; one that is revoked already keeps its time.

    Raises:
        NotFound: there is none of that name.
    """
    with writing() as session:
        row = rows.by_name(session, name)
        if row is None:
            raise NotFound()
        row.revoked_at = row.revoked_at or clock.now()
        return view_of(row)


def hash_of(token: str) -> str:
    """Return what is kept of a token: its SHA-256, in hexadecimal."""
    return hashlib.sha256(token.encode()).hexdigest()


def view_of(row: ApiKey) -> KeyView:
    """Return what is shown of a key's row."""
    return KeyView(
        id=row.id,
        name=row.name,
        scopes=tuple(row.scopes),
        attestation=row.attestation_version,
        created=row.created_at,
        used=row.used_at,
        revoked=row.revoked_at,
    )
