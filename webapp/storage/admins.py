"""Queries on admins and their one-time links. Addresses are compared in lower case."""

from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from webapp.errors import EmailTaken, NotFound
from webapp.storage.tables import Admin, OneTimeLink, Role


def add(session: Session, admin: Admin) -> None:
    """Add an admin. Raises `EmailTaken`."""
    session.add(admin)
    try:
        session.flush()
    except IntegrityError as error:
        raise EmailTaken(email=admin.email) from error


def by_email(session: Session, email: str) -> Admin | None:
    """Return the admin with that address, or None where there is none."""
    return session.scalars(select(Admin).where(Admin.email == email)).one_or_none()


def by_session(session: Session, id: int, version: int) -> Admin | None:
    """Return the admin whose sessions have that version, or None."""
    query = select(Admin).where(Admin.id == id, Admin.session_version == version)
    return session.scalars(query).one_or_none()


def raise_version(session: Session, id: int) -> None:
    """End the admin's sessions."""
    raised = Admin.session_version + 1
    session.execute(update(Admin).where(Admin.id == id).values(session_version=raised))


def everyone(session: Session) -> list[Admin]:
    """Return every admin, by address."""
    return list(session.scalars(select(Admin).order_by(Admin.email)))


def by_id(session: Session, id: int) -> Admin:
    """Return the admin. Raises `NotFound`."""
    admin = session.get(Admin, id)
    if admin is None:
        raise NotFound()
    return admin


def owners(session: Session) -> int:
    """Return how many owners there are."""
    return session.scalar(select(func.count(Admin.id)).where(Admin.role == Role.OWNER)) or 0


def link(session: Session, token_hash: str, now: datetime) -> OneTimeLink:
    """Return the live one-time link with that hash. Raises `NotFound`."""
    found = OneTimeLink.token_hash == token_hash, OneTimeLink.expires_at > now
    row = session.scalars(select(OneTimeLink).where(*found)).one_or_none()
    if row is None:
        raise NotFound()
    return row


def open_links(session: Session, now: datetime) -> list[OneTimeLink]:
    """Return the links that can still be used, the oldest first."""
    query = select(OneTimeLink).where(OneTimeLink.expires_at > now).order_by(OneTimeLink.id)
    return list(session.scalars(query))


def drop_links(session: Session, email: str, now: datetime) -> None:
    """Forget the address's links, and everybody's that nobody can use any more."""
    gone = (OneTimeLink.email == email) | (OneTimeLink.expires_at <= now)
    session.execute(delete(OneTimeLink).where(gone))
