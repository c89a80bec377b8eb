"""The tables. No column anywhere holds a landmark, a box or a measure of somebody's face."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.storage.catalogue_tables import Frame as Frame
from webapp.storage.catalogue_tables import LensOption as LensOption
from webapp.storage.catalogue_tables import ReferenceModel as ReferenceModel
from webapp.storage.catalogue_tables import Status as Status
from webapp.storage.catalogue_tables import Variant as Variant
from webapp.storage.clock import moment as moment
from webapp.storage.database import Base as Base


class Kind(StrEnum):
    """What a stored picture is."""

    PHOTO = "photo"
    TRY_ON = "tryon"
    FRONT = "front"
    LENSES = "lenses"
    TEMPLE = "temple"
    PRODUCT = "product"
    SOURCE = "source"  # a product photo that artwork was cut from
    MODEL = "model"  # a consenting model's photo, for the back office's previews


class Role(StrEnum):
    """What an admin may do, each including the next: everything, change the catalogue, look."""

    OWNER = "owner"
    EDITOR = "editor"
    VIEWER = "viewer"


class Image(Base):
    """A stored picture and its file. Every stored picture is a row here.

    `expires_at` is empty for the catalogue's own. `doomed_at`: its deletion is decided,
    nobody is shown it any more, its file and then this row are on their way out.
    """

    __tablename__ = "image"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    sha256: Mapped[str] = mapped_column(String(64))
    bytes: Mapped[int]
    width: Mapped[int]
    height: Mapped[int]
    media_type: Mapped[str] = mapped_column(String(32))
    file: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=moment)
    expires_at: Mapped[datetime | None] = mapped_column(index=True)
    doomed_at: Mapped[datetime | None] = mapped_column(index=True)

    __table_args__ = (
        CheckConstraint(f"kind IN ({', '.join(repr(str(kind)) for kind in Kind)})", name="kind"),
    )


class Photo(Base):
    """A shopper's photo. `visit` is the random name of the visit that it belongs to."""

    __tablename__ = "photo"

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(String(64), unique=True)
    visit: Mapped[str] = mapped_column(String(64), index=True)
    image_id: Mapped[int] = mapped_column(ForeignKey("image.id"), unique=True)
    faces: Mapped[int]
    focal_35mm: Mapped[float | None]
    consent_version: Mapped[str] = mapped_column(String(32))
    consented_at: Mapped[datetime]
    created_at: Mapped[datetime] = mapped_column(default=moment)
    expires_at: Mapped[datetime] = mapped_column(index=True)

    image: Mapped[Image] = relationship(lazy="joined", innerjoin=True)
    try_ons: Mapped[list["TryOn"]] = relationship(back_populates="photo", passive_deletes=True)


class TryOn(Base):
    """A photo rendered with a variant; it lives as long as the photo.

    `nudge_up`, `nudge_out`, mm, and `nudge_tilt`, degrees: how the frame was moved from where
    it rests, which tells nothing of the face. `tint`: photochromic lenses' state, 0 to 1.
    `lens`: the slug of the lens chosen instead of the variant's own.
    `complaint`: what the shopper said is wrong with it, so that it is counted once.
    """

    __tablename__ = "try_on"

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(String(64), unique=True)
    photo_id: Mapped[int] = mapped_column(ForeignKey("photo.id", ondelete="CASCADE"), index=True)
    variant_id: Mapped[int] = mapped_column(ForeignKey("variant.id"), index=True)
    image_id: Mapped[int] = mapped_column(ForeignKey("image.id"), unique=True)
    face: Mapped[int]
    nudge_up: Mapped[float] = mapped_column(default=0.0, server_default="0")
    nudge_out: Mapped[float] = mapped_column(default=0.0, server_default="0")
    nudge_tilt: Mapped[float] = mapped_column(default=0.0, server_default="0")
    tint: Mapped[float] = mapped_column(default=1.0, server_default="1")
    lens: Mapped[str | None] = mapped_column(String(64))
    complaint: Mapped[str | None] = mapped_column(String(16))
    milliseconds: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(default=moment)

    photo: Mapped[Photo] = relationship(back_populates="try_ons", lazy="joined", innerjoin=True)
    variant: Mapped["Variant"] = relationship(lazy="joined", innerjoin=True)
    image: Mapped[Image] = relationship(lazy="joined", innerjoin=True)


class Admin(Base):
    """Someone who may sign in. Raising `session_version` ends all of their sessions."""

    __tablename__ = "admin"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    password_hash: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(String(16))
    session_version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(default=moment)

    __table_args__ = (
        CheckConstraint(f"role IN ({', '.join(repr(str(role)) for role in Role)})", name="role"),
    )


class OneTimeLink(Base):
    """A link by which someone sets a password once: an invitation, or a new start.

    Only the hash of its token is kept. `admin_id`: whose password it renews; empty for an
    invitation, which makes an admin with `email` and `role`.
    """

    __tablename__ = "one_time_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    email: Mapped[str] = mapped_column(String(254))
    role: Mapped[str] = mapped_column(String(16))
    admin_id: Mapped[int | None] = mapped_column(ForeignKey("admin.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(default=moment)
    expires_at: Mapped[datetime] = mapped_column(index=True)

    __table_args__ = (
        CheckConstraint(f"role IN ({', '.join(repr(str(role)) for role in Role)})", name="role"),
    )


class AuditEntry(Base):
    """A change in the back office: who made it, when, and what it was before and after.

    `who` is written out, so that it outlives the admin. No password or token is ever in it.
    """

    __tablename__ = "audit_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=moment, index=True)
    who: Mapped[str] = mapped_column(String(254), index=True)
    action: Mapped[str] = mapped_column(String(32))
    subject: Mapped[str] = mapped_column(String(254), index=True)
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON)


class ApiKey(Base):
    """A key to the API, known by the hash of its token.

    `attestation_version`: of the words by which its holder vouched, when it was made, for the
    consent of the people in the photos. `used_at`: its last use, to within an hour.
    """

    __tablename__ = "api_key"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[list[str]] = mapped_column(JSON)
    attestation_version: Mapped[str] = mapped_column(String(32))
    created_at: Mapped[datetime] = mapped_column(default=moment)
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class ApiCall(Base):
    """A call that a key made under an Idempotency-Key (`name`), so that it is done once.

    `fingerprint`: a hash of what was sent. `made`: the token of the try-on or batch that came of
    it; empty while it is under way, and where nothing was stored. No answer is kept.
    """

    __tablename__ = "api_call"

    id: Mapped[int] = mapped_column(primary_key=True)
    key_id: Mapped[int] = mapped_column(ForeignKey("api_key.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(255))
    fingerprint: Mapped[str] = mapped_column(String(64))
    made: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(default=moment)
    expires_at: Mapped[datetime] = mapped_column(index=True)

    __table_args__ = (UniqueConstraint("key_id", "name"),)


class Event(Base):
    """Something that happened, to be counted: no visit, photo or face is named.

    `counted`: the sums hold it (`webapp.storage.tallies`).
    """

    __tablename__ = "event"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=moment)
    kind: Mapped[str] = mapped_column(String(32))
    frame_id: Mapped[int | None] = mapped_column(ForeignKey("frame.id", ondelete="SET NULL"))
    variant_id: Mapped[int | None] = mapped_column(ForeignKey("variant.id", ondelete="SET NULL"))
    reason: Mapped[str | None] = mapped_column(String(64))
    milliseconds: Mapped[int | None]
    counted: Mapped[bool] = mapped_column(default=False, server_default=false())

    __table_args__ = (
        Index("ix_event_kind_at", "kind", "at"),
        Index("ix_event_at", "at"),
        Index(
            "ix_event_uncounted",
            "id",
            sqlite_where=text("NOT counted"),
            postgresql_where=text("NOT counted"),
        ),
    )
