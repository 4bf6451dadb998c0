"""Scheduled briefings: what was made, for whom, and what failed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020_briefing_runs"
down_revision = "0012_persons"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "briefing_runs",
        sa.Column("run", sa.String(40), primary_key=True),
        sa.Column("due_at", sa.DateTime, primary_key=True),
        sa.Column("reader", sa.String(100), primary_key=True),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("tried_at", sa.DateTime, nullable=False),
        sa.Column("next_at", sa.DateTime, nullable=False),
        sa.Column("snapshot_id", sa.Text),
        sa.Column("files", sa.Text),
        sa.Column("error", sa.Text),
    )


def downgrade() -> None:
    """Back; what was made is forgotten, the files stay."""
    op.drop_table("briefing_runs")
