"""The first tables.

Revision ID: 0001
Revises: nothing
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The first tables."""
    op.create_table(
        "admin",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("session_version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("role IN ('owner', 'editor', 'viewer')", name=op.f("ck_admin_role")),
        sa.PrimaryKeyConstraint("id", name="pk_admin"),
        sa.UniqueConstraint("email", name="uq_admin_email"),
    )
    op.create_table(
        "frame",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("brand", sa.String(length=120), nullable=False),
        sa.Column("shape", sa.String(length=16), nullable=False),
        sa.Column("material", sa.String(length=16), nullable=False),
        sa.Column("gender", sa.String(length=16), nullable=False),
        sa.Column("lens_width", sa.Double(), nullable=False),
        sa.Column("lens_height", sa.Double(), nullable=False),
        sa.Column("bridge", sa.Double(), nullable=False),
        sa.Column("temple", sa.Double(), nullable=False),
        sa.Column("width", sa.Double(), nullable=False),
        sa.Column("wrap", sa.Double(), nullable=False),
        sa.Column("tilt", sa.Double(), nullable=False),
        sa.Column("vertex", sa.Double(), nullable=False),
        sa.Column("base_curve", sa.Double(), nullable=False),
        sa.Column("depth", sa.Double(), nullable=False),
        sa.Column("temple_thickness", sa.Double(), nullable=False),
        sa.Column("hinge", sa.JSON(), nullable=False),
        sa.Column("pads", sa.Boolean(), nullable=False),
        sa.Column("price_cents", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('draft', 'published', 'retired')", name=op.f("ck_frame_status")
        ),
        sa.CheckConstraint("price_cents >= 0", name=op.f("ck_frame_price")),
        sa.PrimaryKeyConstraint("id", name="pk_frame"),
        sa.UniqueConstraint("slug", name="uq_frame_slug"),
    )
    op.create_index("ix_frame_status", "frame", ["status"])

    op.create_table(
        "image",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(length=32), nullable=False),
        sa.Column("file", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("doomed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('photo', 'tryon', 'front', 'lenses', 'temple', 'product')",
            name=op.f("ck_image_kind"),
        ),
        sa.PrimaryKeyConstraint("id", name="pk_image"),
        sa.UniqueConstraint("file", name="uq_image_file"),
    )
    op.create_index("ix_image_doomed_at", "image", ["doomed_at"])
    op.create_index("ix_image_expires_at", "image", ["expires_at"])

    op.create_table(
        "photo",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("visit", sa.String(length=64), nullable=False),
        sa.Column("image_id", sa.Integer(), nullable=False),
        sa.Column("faces", sa.Integer(), nullable=False),
        sa.Column("focal_35mm", sa.Double(), nullable=True),
        sa.Column("consent_version", sa.String(length=32), nullable=False),
        sa.Column("consented_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["image_id"], ["image.id"], name="fk_photo_image_id_image"),
        sa.PrimaryKeyConstraint("id", name="pk_photo"),
        sa.UniqueConstraint("image_id", name="uq_photo_image_id"),
        sa.UniqueConstraint("token", name="uq_photo_token"),
    )
    op.create_index("ix_photo_expires_at", "photo", ["expires_at"])
    op.create_index("ix_photo_visit", "photo", ["visit"])

    op.create_table(
        "variant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("frame_id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("swatch", sa.String(length=7), nullable=False),
        sa.Column("lens_label", sa.String(length=120), nullable=False),
        sa.Column("lens_kind", sa.String(length=16), nullable=False),
        sa.Column("transmittance", sa.Double(), nullable=False),
        sa.Column("transmittance_bottom", sa.Double(), nullable=True),
        sa.Column("tint", sa.JSON(), nullable=False),
        sa.Column("reflectance", sa.Double(), nullable=False),
        sa.Column("mirror_tint", sa.JSON(), nullable=False),
        sa.Column("front_id", sa.Integer(), nullable=False),
        sa.Column("lenses_id", sa.Integer(), nullable=False),
        sa.Column("temple_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("scale", sa.Double(), nullable=False),
        sa.Column("centre", sa.JSON(), nullable=False),
        sa.Column("joint", sa.JSON(), nullable=False),
        sa.Column("ear", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["frame_id"], ["frame.id"], name="fk_variant_frame_id_frame"),
        sa.ForeignKeyConstraint(["front_id"], ["image.id"], name="fk_variant_front_id_image"),
        sa.ForeignKeyConstraint(["lenses_id"], ["image.id"], name="fk_variant_lenses_id_image"),
        sa.ForeignKeyConstraint(["product_id"], ["image.id"], name="fk_variant_product_id_image"),
        sa.ForeignKeyConstraint(["temple_id"], ["image.id"], name="fk_variant_temple_id_image"),
        sa.PrimaryKeyConstraint("id", name="pk_variant"),
        sa.UniqueConstraint("frame_id", "slug", name="uq_variant_frame_id_slug"),
        sa.UniqueConstraint("front_id", name="uq_variant_front_id"),
        sa.UniqueConstraint("lenses_id", name="uq_variant_lenses_id"),
        sa.UniqueConstraint("product_id", name="uq_variant_product_id"),
        sa.UniqueConstraint("temple_id", name="uq_variant_temple_id"),
    )
    op.create_table(
        "event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("frame_id", sa.Integer(), nullable=True),
        sa.Column("variant_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=64), nullable=True),
        sa.Column("milliseconds", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["frame_id"], ["frame.id"], name="fk_event_frame_id_frame", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["variant_id"],
            ["variant.id"],
            name="fk_event_variant_id_variant",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_event"),
    )
    op.create_index("ix_event_kind_at", "event", ["kind", "at"])

    op.create_table(
        "try_on",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("photo_id", sa.Integer(), nullable=False),
        sa.Column("variant_id", sa.Integer(), nullable=False),
        sa.Column("image_id", sa.Integer(), nullable=False),
        sa.Column("face", sa.Integer(), nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["image_id"], ["image.id"], name="fk_try_on_image_id_image"),
        sa.ForeignKeyConstraint(
            ["photo_id"], ["photo.id"], name="fk_try_on_photo_id_photo", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["variant.id"], name="fk_try_on_variant_id_variant"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_try_on"),
        sa.UniqueConstraint("image_id", name="uq_try_on_image_id"),
        sa.UniqueConstraint("token", name="uq_try_on_token"),
    )
    op.create_index("ix_try_on_photo_id", "try_on", ["photo_id"])
    op.create_index("ix_try_on_variant_id", "try_on", ["variant_id"])


def downgrade() -> None:
    """Undo it."""
    for table in ("try_on", "event", "variant", "photo", "image", "frame", "admin"):
        op.drop_table(table)
