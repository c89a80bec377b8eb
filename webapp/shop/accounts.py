"""Admins: their passwords, roles and sessions."""

import re
import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from webapp.errors import EmailInvalid, LastOwner, LoginRefused, NotAllowed, NotFound, WeakPassword
from webapp.shop.views import AdminView
from webapp.storage import admins, audit, belongings, clock
from webapp.storage.database import Session, reading, writing
from webapp.storage.tables import Admin, Role

LEAST_PASSWORD = 12  # characters
MOST_PASSWORD = 1024  # characters; hashing a novel would keep the server busy
EMAIL = re.compile(r"[^@\s\x00-\x1f]+@[^@\s.]+(\.[^@\s.]+)*")
AT_ONCE = 2  # passwords checked in one process
COMMAND_LINE = "command line"  # who changed what, where no admin is known
RANKS = (Role.VIEWER, Role.EDITOR, Role.OWNER)  # each may do what those before it may


class Hasher(PasswordHasher):
    """argon2 with its library's defaults, and a hash that no password fits.

    Each password takes 64 MB while it is hashed, whoever sends it: they take turns.
    """

    def __init__(self) -> None:
        super().__init__()
        self.turns = threading.BoundedSemaphore(AT_ONCE)
        self.nobody = self.hash("nobody has this password")


def create(email: str, password: str, role: str = "owner") -> AdminView:
    """Add an admin from the command line.

    Raises:
        EmailInvalid, EmailTaken, WeakPassword: nothing was added.
        NotAllowed: there is no such role.
    """
    email = address(email)
    known_role(role)
    hashed = hash_of(password)
    with writing() as session:
        admin = Admin(email=email, password_hash=hashed, role=role)
        admins.add(session, admin)
        audit.record(session, COMMAND_LINE, "admin added", email, after={"role": role})
        return view_of(admin)


def address(email: str) -> str:
    """Return the address as it is kept: in lower case. Raises `EmailInvalid`."""
    email = email.strip().lower()
    if len(email) > 254 or not EMAIL.fullmatch(email):
        raise EmailInvalid(email=email)
    return email


def known_role(role: str) -> Role:
    """Return the role of that name. Raises `NotAllowed`."""
    if role not in RANKS:
        raise NotAllowed(role=role, needed=", ".join(RANKS))
    return Role(role)


def hash_of(password: str) -> str:
    """Return the hash that is kept of a new password. Raises `WeakPassword`."""
    if not LEAST_PASSWORD <= len(password) <= MOST_PASSWORD:
        raise WeakPassword(least=LEAST_PASSWORD)
    return belongings.only(Hasher).hash(password)


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
        with hasher.turns:
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


def everyone() -> list[AdminView]:
    """Return every admin, by address."""
    with reading() as session:
        return [view_of(admin) for admin in admins.everyone(session)]


def change_role(by: AdminView, id: int, role: str) -> AdminView:
    """Give an admin another role; their open sessions have it from the next page on.

    Raises:
        NotAllowed: there is no such role, or whoever asks is no owner.
        LastOwner: the shop would have nobody left who may do everything.
        NotFound: there is no such admin.
    """
    require(by, Role.OWNER)
    wanted = known_role(role)
    with writing() as session:
        admin = admins.by_id(session, id)
        if admin.role == wanted:
            return view_of(admin)
        keep_an_owner(session, admin)
        before, admin.role = admin.role, wanted
        facts = {"role": str(before)}, {"role": str(wanted)}
        audit.record(session, by.email, "role changed", admin.email, *facts)
        return view_of(admin)


def remove(by: AdminView, id: int) -> None:
    """Remove an admin; their sessions and links end with them.

    Raises: as `change_role`.
    """
    require(by, Role.OWNER)
    with writing() as session:
        admin = admins.by_id(session, id)
        keep_an_owner(session, admin)
        admins.drop_links(session, admin.email, clock.now())
        session.delete(admin)
        audit.record(session, by.email, "admin removed", admin.email, {"role": str(admin.role)})


def keep_an_owner(session: Session, admin: Admin) -> None:
    """Raise `LastOwner` where the shop has no other owner than this one."""
    if admin.role == Role.OWNER and admins.owners(session) == 1:
        raise LastOwner(email=admin.email)


def change_password(by: AdminView, old: str, new: str) -> AdminView:
    """Change one's own password; every session of before ends, this one too.

    Raises:
        LoginRefused: the old password is not theirs.
        WeakPassword: the new one is too short or too long.
        NotFound: the admin was removed meanwhile.
    """
    check(by.email, old)
    hashed = hash_of(new)
    with writing() as session:
        admin = admins.by_id(session, by.id)
        renew(session, admin, hashed)
        audit.record(session, by.email, "password changed", by.email)
        return view_of(admin)


def renew(session: Session, admin: Admin, hashed: str) -> None:
    """Keep a new password's hash; what was signed in, or could be by a link, ends."""
    admin.password_hash = hashed
    admin.session_version += 1
    admins.drop_links(session, admin.email, clock.now())


def require(admin: AdminView, role: str) -> None:
    """Raise `NotAllowed` unless the admin's role reaches as far as `role`."""
    if RANKS.index(Role(admin.role)) < RANKS.index(Role(role)):
        raise NotAllowed(role=admin.role, needed=role)


def view_of(admin: Admin) -> AdminView:
    """Return what is shown of an admin's row."""
    return AdminView(admin.id, admin.email, admin.role, admin.session_version)
