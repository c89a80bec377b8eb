"""Imports that were asked for in the back office.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

COUNTS = ("total", "done", "added", "changed", "same", "refused")


def upgrade() -> None:
    """Imports that were asked for in the back office."""
    counts: list[sa.Column[int]] = [
        sa.Column(name, sa.Integer(), nullable=False) for name in COUNTS
    ]
    op.create_table(
        "import_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("who", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("file", sa.String(length=80), nullable=False),
        sa.Column("dry", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        *counts,
        sa.Column("faults", sa.JSON(), nullable=False),
        sa.Column("failure", sa.JSON(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('running', 'stopped', 'done', 'failed')", name=op.f("ck_import_run_state")
        ),
        sa.PrimaryKeyConstraint("id", name="pk_import_run"),
        sa.UniqueConstraint("token", name="uq_import_run_token"),
    )


def downgrade() -> None:
    """Undo it."""
    op.drop_table("import_run")
