"""A shopper is known by a random visit id in the signed session cookie, and by nothing else."""

import secrets

from flask import session

VISIT_BYTES = 24  # 192 bits: nobody guesses another's visit


def known() -> str:
    """Return the visit's id, or an empty string, which owns nothing, before the first photo."""
    return str(session.get("visit", ""))


def begin() -> str:
    """Return the visit's id, made on the first call; from now on it lasts as long as a photo."""
    if "visit" not in session:
        session["visit"] = secrets.token_urlsafe(VISIT_BYTES)
    session.permanent = True
    session.modified = True  # a new photo starts the cookie's hours afresh
    return known()


def pd_mm(photo: str, face: int) -> float | None:
    """Return the PD, mm, that the shopper typed for this face of this photo, or None."""
    typed = session.get("pd")
    return typed[2] if typed and typed[:2] == [photo, face] else None


def remember_pd(photo: str, face: int, value: float | None) -> None:
    """Keep the PD, mm, typed for a face until another is typed; None forgets it.

    It stays in the shopper's own cookie, so that no address and no log bears it.
    """
    session.pop("pd", None)
    if value is not None:
        session["pd"] = [photo, face, float(value)]
