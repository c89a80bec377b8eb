"""One-time links: a new admin's invitation, and the way back for one without a password.

There is no mail server: the link is shown once, to the owner who asked for it, and they
pass it on. Whoever opens it chooses a password; then it is worth nothing.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from webapp.errors import EmailTaken
from webapp.shop import accounts
from webapp.shop.views import AdminView
from webapp.storage import admins, audit, belongings, clock
from webapp.storage.database import Session, reading, writing
from webapp.storage.tables import Admin, OneTimeLink, Role

TOKEN_BYTES = 32  # 256 bits


@dataclass(frozen=True)
class Link:
    """An open link: whose it is, and until when; `renews`: it is for one who is an admin."""

    email: str
    role: str
    renews: bool
    expires: datetime


def invite(by: AdminView, email: str, role: str) -> str:
    """Return the token of an invitation; an earlier one to the same address ends.

    Raises:
        EmailInvalid, EmailTaken: that address can't be invited.
        NotAllowed: there is no such role, or whoever asks is no owner.
    """
    accounts.require(by, Role.OWNER)
    email, wanted = accounts.address(email), accounts.known_role(role)
    with writing() as session:
        if admins.by_email(session, email):
            raise EmailTaken(email=email)
        audit.record(session, by.email, "admin invited", email, after={"role": str(wanted)})
        return issue(session, email, wanted)


def renewal(by: AdminView, id: int) -> str:
    """Return the token by which an admin may set a new password. Raises `NotFound`, `NotAllowed`.

    Their password and sessions stay as they are until the link is used.
    """
    accounts.require(by, Role.OWNER)
    with writing() as session:
        admin = admins.by_id(session, id)
        audit.record(session, by.email, "password link made", admin.email)
        return issue(session, admin.email, Role(admin.role), admin.id)


def issue(session: Session, email: str, role: Role, admin_id: int | None = None) -> str:
    """Add a link in place of the address's earlier ones, and return its token."""
    now = clock.now()
    admins.drop_links(session, email, now)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    until = now + timedelta(hours=belongings.settings()["INVITATION_HOURS"])
    session.add(
        OneTimeLink(
            token_hash=hash_of(token), email=email, role=role, admin_id=admin_id, expires_at=until
        )
    )
    return token


def hash_of(token: str) -> str:
    """Return what is kept of a token; its 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def find(token: str) -> Link:
    """Return the open link with that token. Raises `NotFound`: unknown, used or expired."""
    with reading() as session:
        return link_of(admins.link(session, hash_of(token), clock.now()))


def pending() -> list[Link]:
    """Return the links that can still be used."""
    with reading() as session:
        return [link_of(row) for row in admins.open_links(session, clock.now())]


def link_of(row: OneTimeLink) -> Link:
    """Return what is shown of a link's row."""
    return Link(row.email, row.role, row.admin_id is not None, row.expires_at)


def withdraw(by: AdminView, email: str) -> None:
    """End the address's open link, if it has one. Raises `NotAllowed`."""
    accounts.require(by, Role.OWNER)
    with writing() as session:
        admins.drop_links(session, email, clock.now())
        audit.record(session, by.email, "link withdrawn", email)


def redeem(token: str, password: str) -> AdminView:
    """Set the password that the link is for, and return the admin; the link ends.

    Raises:
        NotFound: unknown, used or expired.
        WeakPassword: the link stays open for another try.
        EmailTaken: the invited address became an admin in another way.
    """
    find(token)  # before hashing, which costs much
    hashed = accounts.hash_of(password)
    with writing() as session:
        link = admins.link(session, hash_of(token), clock.now())
        if link.admin_id is None:
            admin = Admin(email=link.email, password_hash=hashed, role=link.role)
            admins.add(session, admin)
            facts = {"role": str(link.role)}
            audit.record(session, link.email, "invitation accepted", link.email, after=facts)
            admins.drop_links(session, link.email, clock.now())
        else:
            admin = admins.by_id(session, link.admin_id)
            accounts.renew(session, admin, hashed)
            audit.record(session, admin.email, "password renewed", admin.email)
        return accounts.view_of(admin)
