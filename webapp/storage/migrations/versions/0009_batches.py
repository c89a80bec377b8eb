"""Batches: many photos with many frames, under leases.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Batches: many photos with many frames, under leases."""
    with op.batch_alter_table("api_call") as table:  # a call may make a batch too
        table.alter_column("try_on", new_column_name="made", existing_type=sa.String(length=64))
    op.create_table(
        "batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=True),
        sa.Column("looks", sa.JSON(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("photos", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("consent_version", sa.String(length=32), nullable=False),
        sa.Column("consented_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('open', 'running', 'paused', 'cancelled', 'done')",
            name=op.f("ck_batch_state"),
        ),
        sa.PrimaryKeyConstraint("id", name="pk_batch"),
        sa.UniqueConstraint("token", name="uq_batch_token"),
    )
    op.create_index("ix_batch_expires_at", "batch", ["expires_at"])
    op.create_index("ix_batch_owner", "batch", ["owner"])
    op.create_index("ix_batch_state", "batch", ["state"])
    op.create_table(
        "batch_photo",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("stem", sa.Text(), nullable=False),
        sa.Column("image_id", sa.Integer(), nullable=True),
        sa.Column("focal_35mm", sa.Double(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("strikes", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=64), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'leased', 'ended')", name=op.f("ck_batch_photo_state")
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batch.id"], name="fk_batch_photo_batch_id_batch", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["image_id"], ["image.id"], name="fk_batch_photo_image_id_image"),
        sa.PrimaryKeyConstraint("id", name="pk_batch_photo"),
        sa.UniqueConstraint("batch_id", "number", name="uq_batch_photo_batch_id_number"),
        sa.UniqueConstraint("image_id", name="uq_batch_photo_image_id"),
    )
    op.create_index("ix_batch_photo_ended", "batch_photo", ["batch_id", "ended_at"])
    op.create_index("ix_batch_photo_owner", "batch_photo", ["owner"])
    op.create_index(
        "ix_batch_photo_turn", "batch_photo", ["batch_id", "state", "strikes", "number"]
    )
    op.create_table(
        "batch_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("photo_id", sa.Integer(), nullable=False),
        sa.Column("look", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=True),
        sa.Column("image_id", sa.Integer(), nullable=True),
        sa.Column("file", sa.Text(), nullable=True),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('done', 'failed')", name=op.f("ck_batch_item_state")),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batch.id"], name="fk_batch_item_batch_id_batch", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["image_id"], ["image.id"], name="fk_batch_item_image_id_image"),
        sa.ForeignKeyConstraint(
            ["photo_id"],
            ["batch_photo.id"],
            name="fk_batch_item_photo_id_batch_photo",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_batch_item"),
        sa.UniqueConstraint("image_id", name="uq_batch_item_image_id"),
        sa.UniqueConstraint("photo_id", "look", name="uq_batch_item_photo_id_look"),
    )
    op.create_index("ix_batch_item_state", "batch_item", ["batch_id", "state"])


def downgrade() -> None:
    """Undo it."""
    for table in ("batch_item", "batch_photo", "batch"):
        op.drop_table(table)
    with op.batch_alter_table("api_call") as changed:
        changed.alter_column("made", new_column_name="try_on", existing_type=sa.String(length=64))
