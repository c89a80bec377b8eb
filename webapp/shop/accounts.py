"""Admins: their passwords, roles and sessions."""

from webapp.shop.views import AdminView


def create(email: str, password: str, role: str = "owner") -> AdminView:
    """Add an admin. Raises `EmailInvalid`, `EmailTaken`, `WeakPassword`."""
    raise NotImplementedError


def check(email: str, password: str) -> AdminView:
    """Return who this is; an unknown address takes as long as a wrong password.

    Raises `LoginRefused`.
    """
    raise NotImplementedError


def by_session(id: int, version: int) -> AdminView:
    """Return the admin of a live session. Raises `NotFound` when it was ended."""
    raise NotImplementedError


def end_sessions(id: int) -> None:
    """End every session of the admin, on every device: older versions no longer count."""
    raise NotImplementedError


def require(admin: AdminView, role: str) -> None:
    """Raise `NotAllowed` unless the admin's role reaches as far as `role`."""
    raise NotImplementedError
