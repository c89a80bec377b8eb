"""What a shop tells and counts of its frames, the photos behind them, and reference models.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

KINDS = ("photo", "tryon", "front", "lenses", "temple", "product")
LINK = sa.String(length=500)


def upgrade() -> None:
    """Add the columns and tables, and let pictures be of the new kinds."""
    type_: sa.Column[str] = sa.Column(
        "type", sa.String(length=16), nullable=False, server_default="optical"
    )
    updated: sa.Column[object] = sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True)
    with op.batch_alter_table("frame") as table:
        for column in (type_, updated):
            table.add_column(column)
    op.execute(
        "UPDATE frame SET type = 'sun' WHERE id IN "
        "(SELECT frame_id FROM variant WHERE lens_kind != 'clear')"
    )
    widen_variant()
    allow(*KINDS, "source", "model")
    op.create_table(
        "lens_option",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("frame_id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("label", sa.String(length=120), nullable=False),
        sa.Column("extra_cents", sa.Integer(), nullable=False),
        sa.Column("lens", sa.JSON(), nullable=False),
        sa.CheckConstraint("extra_cents >= 0", name=op.f("ck_lens_option_extra")),
        sa.ForeignKeyConstraint(
            ["frame_id"], ["frame.id"], name="fk_lens_option_frame_id_frame", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_lens_option"),
        sa.UniqueConstraint("frame_id", "slug", name="uq_lens_option_frame_id_slug"),
    )
    op.create_table(
        "reference_model",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("image_id", sa.Integer(), nullable=False),
        sa.Column("attestation_version", sa.String(length=32), nullable=False),
        sa.Column("attested_by", sa.String(length=254), nullable=False),
        sa.Column("attested_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["image_id"], ["image.id"], name="fk_reference_model_image_id_image"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_reference_model"),
        sa.UniqueConstraint("name", name="uq_reference_model_name"),
        sa.UniqueConstraint("image_id", name="uq_reference_model_image_id"),
    )


def widen_variant() -> None:
    """Add the colourways' columns."""
    sku: sa.Column[str] = sa.Column("sku", sa.String(length=64), nullable=True)
    gtin: sa.Column[str] = sa.Column("gtin", sa.String(length=14), nullable=True)
    stock: sa.Column[int] = sa.Column("stock", sa.Integer(), nullable=True)
    link: sa.Column[str] = sa.Column("shop_link", LINK, nullable=True)
    withdrawn: sa.Column[bool] = sa.Column(
        "withdrawn", sa.Boolean(), nullable=False, server_default=sa.false()
    )
    digest: sa.Column[str] = sa.Column("photos_sha256", sa.String(length=64), nullable=True)
    points: sa.Column[object] = sa.Column("points", sa.JSON(), nullable=True)
    with op.batch_alter_table("variant") as table:
        for column in (sku, gtin, stock, link, withdrawn, digest, points):
            table.add_column(column)
        for view in ("front", "side"):
            photo: sa.Column[int] = sa.Column(f"{view}_photo_id", sa.Integer(), nullable=True)
            table.add_column(photo)
            table.create_foreign_key(
                f"fk_variant_{view}_photo_id_image", "image", [f"{view}_photo_id"], ["id"]
            )
            table.create_unique_constraint(f"uq_variant_{view}_photo_id", [f"{view}_photo_id"])
        for name in ("sku", "gtin"):
            table.create_unique_constraint(f"uq_variant_{name}", [name])
        table.create_check_constraint(op.f("ck_variant_stock"), "stock >= 0")


def allow(*kinds: str) -> None:
    """Let stored pictures be of these kinds alone."""
    listed = ", ".join(repr(kind) for kind in kinds)
    with op.batch_alter_table("image") as table:
        table.drop_constraint(op.f("ck_image_kind"), type_="check")
        table.create_check_constraint(op.f("ck_image_kind"), f"kind IN ({listed})")


def downgrade() -> None:
    """Undo it; pictures of the new kinds go, their files with the next sweep."""
    op.drop_table("reference_model")
    op.drop_table("lens_option")
    with op.batch_alter_table("variant") as table:
        table.drop_constraint(op.f("ck_variant_stock"), type_="check")
        for name in ("sku", "gtin", "front_photo_id", "side_photo_id"):
            table.drop_constraint(f"uq_variant_{name}", type_="unique")
        for view in ("front", "side"):
            table.drop_constraint(f"fk_variant_{view}_photo_id_image", type_="foreignkey")
        for name in (
            "side_photo_id", "front_photo_id", "points", "photos_sha256", "withdrawn",
            "shop_link", "stock", "gtin", "sku",
        ):  # fmt: skip
            table.drop_column(name)
    op.execute("DELETE FROM image WHERE kind IN ('source', 'model')")
    allow(*KINDS)
    with op.batch_alter_table("frame") as table:
        for name in ("updated_at", "type"):
            table.drop_column(name)
