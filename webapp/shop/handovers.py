"""A visit goes on with another device: a link that works once, for minutes, for whoever has it.

Joining a visit brings nothing of the joining device into it, and shows it nothing but what the
visit holds and whatever either device adds from then on.
"""

import hashlib
import secrets
from datetime import timedelta

from webapp.storage import belongings, clock
from webapp.storage import handovers as rows
from webapp.storage.database import reading, writing
from webapp.storage.visit_tables import Handover

TOKEN_BYTES = 24  # 192 bits: nobody guesses one


def offer(visit: str) -> str:
    """Return the token of a new link to the visit; its earlier ones end."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    until = clock.now() + timedelta(minutes=belongings.settings()["HANDOVER_MINUTES"])
    with writing() as session:
        rows.drop(session, visit)
        session.add(Handover(token_hash=hash_of(token), visit=visit, expires_at=until))
    return token


def check(token: str) -> None:
    """Raise `HandoverOver` unless the link can still be used."""
    with reading() as session:
        rows.find(session, hash_of(token), clock.now())


def take(token: str) -> str:
    """Return the visit that the link leads to; from now on it leads nowhere.

    Raises:
        HandoverOver: it was used before, is too old, or never was.
    """
    with writing() as session:
        link = rows.find(session, hash_of(token), clock.now(), lock=True)
        session.delete(link)
        return link.visit


def hash_of(token: str) -> str:
    """Return what is kept of a token; its 192 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()
