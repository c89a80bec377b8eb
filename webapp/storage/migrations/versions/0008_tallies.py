"""Sums of events, and which events they hold.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

UNCOUNTED = sa.text("NOT counted")


def upgrade() -> None:
    """Sums of events, and which events they hold."""
    counted: sa.Column[bool] = sa.Column(
        "counted", sa.Boolean(), nullable=False, server_default=sa.false()
    )
    with op.batch_alter_table("event") as table:
        table.add_column(counted)
    op.create_index("ix_event_at", "event", ["at"])
    op.create_index(
        "ix_event_uncounted",
        "event",
        ["id"],
        sqlite_where=UNCOUNTED,
        postgresql_where=UNCOUNTED,
    )
    op.create_table(
        "tally",
        sa.Column("grain", sa.String(length=4), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("frame_id", sa.Integer(), nullable=False),
        sa.Column("variant_id", sa.Integer(), nullable=False),
        sa.Column("band", sa.Integer(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("milliseconds", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "grain", "at", "kind", "reason", "frame_id", "variant_id", "band", name="pk_tally"
        ),
    )
    folding = op.create_table(
        "folding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("times", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_folding"),
    )
    op.bulk_insert(folding, [{"id": 1, "times": 0}])


def downgrade() -> None:
    """Undo it."""
    op.drop_table("folding")
    op.drop_table("tally")
    op.drop_index("ix_event_uncounted", "event")
    op.drop_index("ix_event_at", "event")
    with op.batch_alter_table("event") as table:
        table.drop_column("counted")
