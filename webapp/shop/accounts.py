"""Admins: their passwords, roles and sessions."""

import re

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from webapp.errors import EmailInvalid, LoginRefused, NotAllowed, NotFound, WeakPassword
from webapp.shop.views import AdminView
from webapp.storage import admins, belongings
from webapp.storage.database import reading, writing
from webapp.storage.tables import Admin, Role

LEAST_PASSWORD = 12  # characters
MOST_PASSWORD = 1024  # characters; hashing a novel would keep the server busy
EMAIL = re.compile(r"[^@\s\x00-\x1f]+@[^@\s.]+(\.[^@\s.]+)*")
RANKS = (Role.VIEWER, Role.EDITOR, Role.OWNER)  # each may do what those before it may


class Hasher(PasswordHasher):
    """argon2 with its library's defaults, and a hash that no password fits."""

    def __init__(self) -> None:
        super().__init__()
        self.nobody = self.hash("nobody has this password")


def create(email: str, password: str, role: str = "owner") -> AdminView:
    """Add an admin.

    Raises:
        EmailInvalid, EmailTaken, WeakPassword: nothing was added.
        NotAllowed: there is no such role.
    """
    email = email.strip().lower()
    if len(email) > 254 or not EMAIL.fullmatch(email):
        raise EmailInvalid(email=email)
    if not LEAST_PASSWORD <= len(password) <= MOST_PASSWORD:
        raise WeakPassword(least=LEAST_PASSWORD)
    if role not in RANKS:
        raise NotAllowed(role=role, needed=", ".join(RANKS))
    hashed = belongings.only(Hasher).hash(password)
    with writing() as session:
        admin = Admin(email=email, password_hash=hashed, role=role)
        admins.add(session, admin)
        return view_of(admin)


def check(email: str, password: str) -> AdminView:
    """Return who this is; an unknown address takes as long as a wrong password.

    Raises:
        LoginRefused: address and password don't fit together.
    """
    hasher = belongings.only(Hasher)
    with reading() as session:
        admin = admins.by_email(session, email.strip().lower())
        view = view_of(admin) if admin else None
        hashed = admin.password_hash if admin else hasher.nobody
    fits = matches(hasher, hashed, password[:MOST_PASSWORD])
    if view is None or not fits:
        raise LoginRefused()
    if hasher.check_needs_rehash(hashed):
        rehash(view, hasher.hash(password))
    return view


def matches(hasher: Hasher, hashed: str, password: str) -> bool:
    """Return whether the password has that hash."""
    try:
        return hasher.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False


def rehash(view: AdminView, hashed: str) -> None:
    """Keep the password by the strength that is today's default."""
    with writing() as session:
        admin = admins.by_email(session, view.email)
        if admin:
            admin.password_hash = hashed


def by_session(id: int, version: int) -> AdminView:
    """Return the admin of a live session. Raises `NotFound` when it was ended."""
    with reading() as session:
        admin = admins.by_session(session, id, version)
        if admin is None:
            raise NotFound()
        return view_of(admin)


def end_sessions(id: int) -> None:
    """End every session of the admin, on every device: older versions no longer count."""
    with writing() as session:
        admins.raise_version(session, id)


def require(admin: AdminView, role: str) -> None:
    """Raise `NotAllowed` unless the admin's role reaches as far as `role`."""
    if RANKS.index(Role(admin.role)) < RANKS.index(Role(role)):
        raise NotAllowed(role=admin.role, needed=role)


def view_of(admin: Admin) -> AdminView:
    """Return what is shown of an admin's row."""
    return AdminView(admin.id, admin.email, admin.role, admin.session_version)
