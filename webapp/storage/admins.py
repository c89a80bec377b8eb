"""Queries on admins. Addresses are compared in lower case."""

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from webapp.errors import EmailTaken
from webapp.storage.tables import Admin


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
