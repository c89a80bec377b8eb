"""Where a shopper moved a frame to, and how dark its lenses were.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

DEFAULTS = {"nudge_up": "0", "nudge_out": "0", "nudge_tilt": "0", "tint": "1"}


def upgrade() -> None:
    """Where a shopper moved a frame to, and how dark its lenses were."""
    with op.batch_alter_table("try_on") as table:
        for name, default in DEFAULTS.items():
            column: sa.Column[float] = sa.Column(
                name, sa.Double(), nullable=False, server_default=default
            )
            table.add_column(column)


def downgrade() -> None:
    """Undo it."""
    with op.batch_alter_table("try_on") as table:
        for name in DEFAULTS:
            table.drop_column(name)
