"""Photochromic lenses' clear state, and polarisation.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Photochromic lenses' clear state, and polarisation."""
    clear: sa.Column[float] = sa.Column("clear_transmittance", sa.Double(), nullable=True)
    op.add_column("variant", clear)
    # The lenses that are there already were never said to be polarised.
    polarised: sa.Column[bool] = sa.Column(
        "polarised", sa.Boolean(), nullable=False, server_default=sa.false()
    )
    op.add_column("variant", polarised)


def downgrade() -> None:
    """Undo it."""
    op.drop_column("variant", "polarised")
    op.drop_column("variant", "clear_transmittance")
