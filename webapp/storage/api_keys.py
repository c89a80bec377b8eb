"""Queries on API keys, and on the calls that must not be done twice."""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from webapp.errors import KeyNameTaken
from webapp.storage.tables import ApiCall, ApiKey


def add(session: Session, key: ApiKey) -> None:
    """Add a key. Raises `KeyNameTaken`."""
    session.add(key)
    try:
        session.flush()
    except IntegrityError as error:
        raise KeyNameTaken(name=key.name) from error


def by_hash(session: Session, token_hash: str) -> ApiKey | None:
    """Return the key whose token has that hash, or None."""
    return session.scalars(select(ApiKey).where(ApiKey.token_hash == token_hash)).one_or_none()


def by_name(session: Session, name: str) -> ApiKey | None:
    """Return the key of that name, or None."""
    return session.scalars(select(ApiKey).where(ApiKey.name == name)).one_or_none()


def every(session: Session) -> list[ApiKey]:
    """Return all keys in the order of their making."""
    return list(session.scalars(select(ApiKey).order_by(ApiKey.id)))


def note_use(session: Session, id: int, at: datetime) -> None:
    """Note when a key was used."""
    session.execute(update(ApiKey).where(ApiKey.id == id).values(used_at=at))


def call(session: Session, key_id: int, name: str) -> ApiCall | None:
    """Return the call that a key made under an Idempotency-Key, or None."""
    query = select(ApiCall).where(ApiCall.key_id == key_id, ApiCall.name == name)
    return session.scalars(query).one_or_none()


def claim(session: Session, row: ApiCall) -> bool:
    """Add a call's row; return False where another process was quicker."""
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        return False
    return True


def forget_calls(session: Session, before: datetime) -> int:
    """Delete the calls whose time was over `before`, and return how many they were."""
    gone = session.scalars(
        delete(ApiCall).where(ApiCall.expires_at <= before).returning(ApiCall.id)
    )
    return len(gone.all())


def forget_made(session: Session, key_id: int, made: str) -> None:
    """Delete the call by which a key made a try-on or a batch."""
    session.execute(delete(ApiCall).where(ApiCall.key_id == key_id, ApiCall.made == made))
