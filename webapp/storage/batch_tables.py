"""The tables of batches. As everywhere, no column holds a landmark or a measure of a face.

The rows are the truth about a batch; the queue only wakes workers. A photo is worked on under
a lease: `owner` works on it until `lease_until`, and `attempt`, which grows with every lease, is
the fencing number. What was made under a lease counts only while owner and attempt still match.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.storage.database import Base
from webapp.storage.tables import Image, moment


class State(StrEnum):
    """Where a batch is. Open: photos are still added; paused: by somebody, or by a fault."""

    OPEN = "open"
    RUNNING = "running"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    DONE = "done"


class Turn(StrEnum):
    """Where a photo of a batch is: not begun, under somebody's hands, through."""

    WAITING = "waiting"
    LEASED = "leased"
    ENDED = "ended"


class Outcome(StrEnum):
    """What came of an item."""

    DONE = "done"
    FAILED = "failed"


def among(column: str, values: type[StrEnum]) -> CheckConstraint:
    """Return the constraint that a column holds one of the values."""
    return CheckConstraint(
        f"{column} IN ({', '.join(repr(str(value)) for value in values)})", name=column
    )


class Batch(Base):
    """Many photos, each to be shown with every look.

    owner: whose it is: an API key's visit, `shop` for admins, `command` for the command line.
    looks: "frame/variant" of each.
    width: px that results are reduced to; empty: as wide as the photo.
    source, target: the folder or bucket that photos come from and results go to; empty: the
        picture store.
    reason: the code of the fault that paused it.
    photos, done, failed: how many photos it has, and how many of its items ended how.
    consent_version: of the words by which somebody vouched for the consent of the people in
        the photos; empty for the command line, whose user reads their own files.
    """

    __tablename__ = "batch"

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    owner: Mapped[str] = mapped_column(String(64), index=True)
    state: Mapped[str] = mapped_column(String(16), default=State.OPEN, index=True)
    reason: Mapped[str | None] = mapped_column(String(64))
    looks: Mapped[list[str]] = mapped_column(JSON)
    width: Mapped[int | None]
    source: Mapped[str] = mapped_column(Text, default="")
    target: Mapped[str] = mapped_column(Text, default="")
    photos: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    consent_version: Mapped[str] = mapped_column(String(32), default="")
    consented_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=moment)
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    expires_at: Mapped[datetime] = mapped_column(index=True)

    __table_args__ = (among("state", State),)


class BatchPhoto(Base):
    """A photo of a batch: what is leased, in one piece with all of its looks.

    name: what its sender calls it, or where it lies below the batch's source. stem: its results'
    names begin so. strikes: how often a lease on it was lost or its work broke. reason: the code
    of what went wrong last.
    """

    __tablename__ = "batch_photo"

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id", ondelete="CASCADE"))
    number: Mapped[int]
    name: Mapped[str] = mapped_column(Text)
    stem: Mapped[str] = mapped_column(Text)
    image_id: Mapped[int | None] = mapped_column(ForeignKey("image.id"), unique=True)
    focal_35mm: Mapped[float | None]
    state: Mapped[str] = mapped_column(String(16), default=Turn.WAITING)
    owner: Mapped[str | None] = mapped_column(String(64), index=True)
    attempt: Mapped[int] = mapped_column(default=0)
    strikes: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(String(64))
    ended_at: Mapped[datetime | None]

    batch: Mapped[Batch] = relationship()
    image: Mapped[Image | None] = relationship()

    __table_args__ = (
        among("state", Turn),
        UniqueConstraint("batch_id", "number"),
        Index("ix_batch_photo_turn", "batch_id", "state", "strikes", "number"),
        Index("ix_batch_photo_ended", "batch_id", "ended_at"),
    )


class BatchItem(Base):
    """What came of a photo with a look: its picture in the store, its file, or the reason.

    look: its place among the batch's looks. file: its name below the batch's target.
    """

    __tablename__ = "batch_item"

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id", ondelete="CASCADE"))
    photo_id: Mapped[int] = mapped_column(ForeignKey("batch_photo.id", ondelete="CASCADE"))
    look: Mapped[int]
    state: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str | None] = mapped_column(String(64))
    image_id: Mapped[int | None] = mapped_column(ForeignKey("image.id"), unique=True)
    file: Mapped[str | None] = mapped_column(Text)
    milliseconds: Mapped[int]

    photo: Mapped[BatchPhoto] = relationship()
    image: Mapped[Image | None] = relationship()

    __table_args__ = (
        among("state", Outcome),
        UniqueConstraint("photo_id", "look"),
        Index("ix_batch_item_state", "batch_id", "state"),
    )
