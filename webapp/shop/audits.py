"""What admins changed, for the owners to read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from webapp.shop import accounts
from webapp.shop.views import AdminView
from webapp.storage import audit
from webapp.storage.database import reading
from webapp.storage.tables import Role

PAGE = 50  # entries on a page


@dataclass(frozen=True)
class Change:
    """One change. `differences`: field, before and after, of each field that differs."""

    at: datetime
    who: str
    action: str
    subject: str
    differences: tuple[tuple[str, object, object], ...]


def page(by: AdminView, number: int, sought: str = "") -> tuple[list[Change], int]:
    """Return a page of the changes, 1 being the latest, and how many pages there are.

    Args:
        sought: words that are each somewhere in a change; empty: every change.

    Raises:
        NotAllowed: whoever asks is no owner.
    """
    accounts.require(by, Role.OWNER)
    with reading() as session:
        rows, total = audit.entries(session, (max(number, 1) - 1) * PAGE, PAGE, sought.split())
        told = [
            Change(row.at, row.who, row.action, row.subject, differences(row.before, row.after))
            for row in rows
        ]
    return told, max(1, -(-total // PAGE))


def differences(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> tuple[tuple[str, object, object], ...]:
    """Return (field, before, after) for each field whose value differs; None where there is none.

    >>> differences({"role": "owner"}, {"role": "viewer"})
    (('role', 'owner', 'viewer'),)
    """
    was, became = before or {}, after or {}
    fields = sorted({*was, *became})
    pairs = ((field, was.get(field), became.get(field)) for field in fields)
    return tuple(pair for pair in pairs if pair[1] != pair[2])
