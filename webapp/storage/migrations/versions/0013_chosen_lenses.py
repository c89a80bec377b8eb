"""The lens that a shopper chose instead of a colourway's own.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The lens that a shopper chose instead of a colourway's own."""
    with op.batch_alter_table("try_on") as table:
        table.add_column(sa.Column("lens", sa.String(length=64), nullable=True))


def downgrade() -> None:
    """Undo it."""
    with op.batch_alter_table("try_on") as table:
        table.drop_column("lens")
