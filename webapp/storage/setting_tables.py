"""What owners set in the back office; it stands over the environment's settings."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.storage.clock import moment
from webapp.storage.database import Base


class ShopSetting(Base):
    """A setting of `webapp.config` that an owner set to `value`."""

    __tablename__ = "shop_setting"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)
    changed_at: Mapped[datetime] = mapped_column(default=moment)
