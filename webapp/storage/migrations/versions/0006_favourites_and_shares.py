"""Favourites, shared links, complaints about a try-on, and where a frame is sold.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Favourites, shared links, complaints about a try-on, and where a frame is sold."""
    op.create_table(
        "favourite",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("visit", sa.String(length=64), nullable=False),
        sa.Column("variant_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["variant.id"], name="fk_favourite_variant_id_variant",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_favourite"),
        sa.UniqueConstraint("visit", "variant_id", name="uq_favourite_visit_variant_id"),
    )  # fmt: skip
    op.create_index("ix_favourite_expires_at", "favourite", ["expires_at"])
    op.create_table(
        "share",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("try_on_id", sa.Integer(), nullable=False),
        sa.Column("preview", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["try_on_id"], ["try_on.id"], name="fk_share_try_on_id_try_on", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_share"),
        sa.UniqueConstraint("token", name="uq_share_token"),
    )
    op.create_index("ix_share_expires_at", "share", ["expires_at"])
    op.create_index("ix_share_try_on_id", "share", ["try_on_id"])
    complaint: sa.Column[str] = sa.Column("complaint", sa.String(length=16), nullable=True)
    op.add_column("try_on", complaint)
    link: sa.Column[str] = sa.Column("shop_link", sa.String(length=500), nullable=True)
    op.add_column("frame", link)


def downgrade() -> None:
    """Undo it."""
    op.drop_column("frame", "shop_link")
    op.drop_column("try_on", "complaint")
    op.drop_table("share")
    op.drop_table("favourite")
