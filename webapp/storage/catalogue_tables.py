"""The catalogue's tables: frames, their colourways and lenses, and the models who show them."""

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.storage.clock import moment
from webapp.storage.database import Base

if TYPE_CHECKING:
    from webapp.storage.tables import Image


class Status(StrEnum):
    """Where a frame is on its way through the catalogue."""

    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"


class Frame(Base):
    """A frame of the catalogue: marks and build as in `webapp.eyewear.frame`, mm and degrees."""

    __tablename__ = "frame"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    brand: Mapped[str] = mapped_column(String(120))
    shape: Mapped[str] = mapped_column(String(16))
    material: Mapped[str] = mapped_column(String(16))
    gender: Mapped[str] = mapped_column(String(16))
    type: Mapped[str] = mapped_column(String(16), default="optical", server_default="optical")
    lens_width: Mapped[float]
    lens_height: Mapped[float]
    bridge: Mapped[float]
    temple: Mapped[float]
    width: Mapped[float]
    wrap: Mapped[float]
    tilt: Mapped[float]
    vertex: Mapped[float]
    base_curve: Mapped[float]
    depth: Mapped[float]
    temple_thickness: Mapped[float]
    hinge: Mapped[list[float]] = mapped_column(JSON)
    pads: Mapped[bool]
    price_cents: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    shop_link: Mapped[str | None] = mapped_column(String(500))
    status: Mapped[str] = mapped_column(String(16), default=Status.DRAFT, index=True)
    created_at: Mapped[datetime] = mapped_column(default=moment)
    updated_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]

    variants: Mapped[list["Variant"]] = relationship(
        back_populates="frame", order_by="Variant.id", lazy="selectin"
    )
    lens_options: Mapped[list["LensOption"]] = relationship(
        order_by="LensOption.id", lazy="selectin", cascade="all, delete-orphan"
    )

    __table_args__ = (
        CheckConstraint(
            f"status IN ({', '.join(repr(str(status)) for status in Status)})", name="status"
        ),
        CheckConstraint("price_cents >= 0", name="price"),
    )


class LensOption(Base):
    """A lens that a frame may be had with instead of its colourway's; `lens`: `Lens`'s fields."""

    __tablename__ = "lens_option"

    id: Mapped[int] = mapped_column(primary_key=True)
    frame_id: Mapped[int] = mapped_column(ForeignKey("frame.id", ondelete="CASCADE"))
    slug: Mapped[str] = mapped_column(String(64))
    label: Mapped[str] = mapped_column(String(120))
    extra_cents: Mapped[int] = mapped_column(default=0)
    lens: Mapped[dict[str, Any]] = mapped_column(JSON)

    __table_args__ = (
        UniqueConstraint("frame_id", "slug"),
        CheckConstraint("extra_cents >= 0", name="extra"),
    )


class Variant(Base):
    """A colourway: its lens, and its artwork's pictures with their calibration in pixels.

    `stock`: pieces, empty where nobody counts. `withdrawn`: shoppers no longer see it.
    `front_photo`, `side_photo`: what the artwork was cut from, `points` where, in their pixels;
    `photos_sha256`: of the files as they came, so that the same are known again.
    """

    __tablename__ = "variant"

    id: Mapped[int] = mapped_column(primary_key=True)
    frame_id: Mapped[int] = mapped_column(ForeignKey("frame.id"))
    slug: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(120))
    swatch: Mapped[str] = mapped_column(String(7))
    lens_label: Mapped[str] = mapped_column(String(120))
    lens_kind: Mapped[str] = mapped_column(String(16))
    transmittance: Mapped[float]
    transmittance_bottom: Mapped[float | None]
    tint: Mapped[list[float]] = mapped_column(JSON)
    reflectance: Mapped[float]
    mirror_tint: Mapped[list[float]] = mapped_column(JSON)
    clear_transmittance: Mapped[float | None]
    polarised: Mapped[bool] = mapped_column(default=False)
    front_id: Mapped[int] = mapped_column(ForeignKey("image.id"), unique=True)
    lenses_id: Mapped[int] = mapped_column(ForeignKey("image.id"), unique=True)
    temple_id: Mapped[int] = mapped_column(ForeignKey("image.id"), unique=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("image.id"), unique=True)
    scale: Mapped[float]
    centre: Mapped[list[float]] = mapped_column(JSON)
    joint: Mapped[list[float]] = mapped_column(JSON)
    ear: Mapped[list[float]] = mapped_column(JSON)
    sku: Mapped[str | None] = mapped_column(String(64), unique=True)
    gtin: Mapped[str | None] = mapped_column(String(14), unique=True)
    stock: Mapped[int | None]
    shop_link: Mapped[str | None] = mapped_column(String(500))
    withdrawn: Mapped[bool] = mapped_column(default=False, server_default=false())
    front_photo_id: Mapped[int | None] = mapped_column(ForeignKey("image.id"), unique=True)
    side_photo_id: Mapped[int | None] = mapped_column(ForeignKey("image.id"), unique=True)
    photos_sha256: Mapped[str | None] = mapped_column(String(64))
    points: Mapped[dict[str, Any] | None] = mapped_column(JSON)

    frame: Mapped[Frame] = relationship(back_populates="variants", lazy="joined", innerjoin=True)
    front: Mapped["Image"] = relationship(foreign_keys=front_id)
    lenses: Mapped["Image"] = relationship(foreign_keys=lenses_id)
    temple: Mapped["Image"] = relationship(foreign_keys=temple_id)
    product: Mapped["Image"] = relationship(foreign_keys=product_id)
    front_photo: Mapped["Image | None"] = relationship(foreign_keys=front_photo_id)
    side_photo: Mapped["Image | None"] = relationship(foreign_keys=side_photo_id)

    __table_args__ = (
        UniqueConstraint("frame_id", "slug"),
        CheckConstraint("stock >= 0", name="stock"),
    )


class ReferenceModel(Base):
    """A consenting person's photo, on which admins preview frames.

    `attestation_version`: of the words by which an admin, `attested_by`, vouched for consent.
    """

    __tablename__ = "reference_model"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    image_id: Mapped[int] = mapped_column(ForeignKey("image.id"), unique=True)
    attestation_version: Mapped[str] = mapped_column(String(32))
    attested_by: Mapped[str] = mapped_column(String(254))
    attested_at: Mapped[datetime] = mapped_column(default=moment)

    image: Mapped["Image"] = relationship(lazy="joined", innerjoin=True)
