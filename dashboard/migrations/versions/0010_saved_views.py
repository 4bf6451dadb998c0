"""Views of the clue list that people saved under a name."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010_saved_views"
down_revision = "0003_outbox"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "saved_views",
        sa.Column("owner", sa.Text, primary_key=True),
        sa.Column("name", sa.String(60), primary_key=True),
        sa.Column("query", sa.Text, nullable=False),
        sa.Column("saved_at", sa.DateTime, nullable=False),
    )
