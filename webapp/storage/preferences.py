"""Queries on what owners set in the back office."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from webapp.errors import LorgnetteError
from webapp.storage.clock import now
from webapp.storage.database import reading
from webapp.storage.setting_tables import ShopSetting
from webapp.storage.tables import AuditEntry

# The settings that owners may set; all others come from the environment alone.
NAMES = (
    "SHOP_NAME",
    "PHOTO_HOURS",
    "CONSENT_WORDS_EN",
    "CONSENT_WORDS_DE",
    "ACCENT",
    "ACCENT_DARK",
    "EMBED_SITES",
    "CURRENCIES",
)
CHANGED = "setting changed"


def stored() -> dict[str, Any]:
    """Return what owners have set, by name; nothing where the database can't say.

    Whoever can't reach it can do nothing that a setting would matter to.
    """
    try:
        with reading() as session:
            return {row.name: row.value for row in session.scalars(select(ShopSetting))}
    except (SQLAlchemyError, LorgnetteError):
        return {}


def put(session: Session, name: str, value: Any) -> Any:
    """Set a value, or with None leave it to the environment; return what was set before."""
    row = session.get(ShopSetting, name, with_for_update=True)
    before = row.value if row else None
    if row and value is None:
        session.delete(row)
    elif row:
        row.value, row.changed_at = value, now()
    elif value is not None:
        session.add(ShopSetting(name=name, value=value))
    return before


def latest_changes(session: Session) -> dict[str, AuditEntry]:
    """Return the last change of each setting that ever was changed."""
    query = select(AuditEntry).where(AuditEntry.action == CHANGED).order_by(AuditEntry.id)
    return {entry.subject: entry for entry in session.scalars(query)}
