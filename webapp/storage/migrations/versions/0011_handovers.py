"""Links by which a visit goes on with another device.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Links by which a visit goes on with another device."""
    op.create_table(
        "handover",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("visit", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_handover"),
        sa.UniqueConstraint("token_hash", name="uq_handover_token_hash"),
    )
    op.create_index("ix_handover_expires_at", "handover", ["expires_at"])
    op.create_index("ix_handover_visit", "handover", ["visit"])


def downgrade() -> None:
    """Undo it."""
    op.drop_table("handover")
