"""Imports that were asked for in the back office: how far they are, and what was refused."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.storage.clock import moment
from webapp.storage.database import Base


class ImportState(StrEnum):
    """Where an import is."""

    RUNNING = "running"
    STOPPED = "stopped"
    DONE = "done"
    FAILED = "failed"


class ImportRun(Base):
    """An import of one file. `dry`: everything is checked, nothing changed.

    `file`: what came, in the instance's folder `imports`, as long as it may be needed.
    `beat_at`: the last sign of life; a running one without any was cut short. `faults`: row,
    column, code and params each. `failure`: the same of the file as a whole.
    """

    __tablename__ = "import_run"

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(String(64), unique=True)
    who: Mapped[str] = mapped_column(String(254))
    name: Mapped[str] = mapped_column(String(200))
    file: Mapped[str] = mapped_column(String(80))
    dry: Mapped[bool]
    state: Mapped[str] = mapped_column(String(16), default=ImportState.RUNNING)
    total: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    added: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    same: Mapped[int] = mapped_column(default=0)
    refused: Mapped[int] = mapped_column(default=0)
    faults: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    failure: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(default=moment)
    beat_at: Mapped[datetime] = mapped_column(default=moment)

    __table_args__ = (
        CheckConstraint(
            f"state IN ({', '.join(repr(str(state)) for state in ImportState)})", name="state"
        ),
    )
