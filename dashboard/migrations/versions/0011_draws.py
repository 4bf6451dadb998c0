"""Draws by lot: the dual-random pool and random control checks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011_draws"
down_revision = "0010_saved_views"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "draws",
        sa.Column("draw_id", sa.String(16), primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("seed", sa.Text, nullable=False),
        sa.Column("method", sa.Text, nullable=False),
        sa.Column("list_version", sa.Text, nullable=False),
        sa.Column("filters", sa.Text, nullable=False),
        sa.Column("n_pool", sa.Integer, nullable=False),
        sa.Column("snapshot_id", sa.Text, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "draw_members",
        sa.Column("draw_id", sa.String(16), sa.ForeignKey("draws.draw_id"), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("enterprise_id", sa.Text, nullable=False),
        sa.Column("weight", sa.Float, nullable=False),
        sa.Column("clue_id", sa.Text),
    )
    op.create_index("ix_draw_members_enterprise_id", "draw_members", ["enterprise_id"])
    op.create_index("ix_draw_members_clue_id", "draw_members", ["clue_id"])


def downgrade() -> None:
    """Back; what was drawn is lost."""
    op.drop_table("draw_members")
    op.drop_table("draws")
