"""The tables of draws: what was drawn, out of which list, by which seed. Nothing of it changes afterwards."""

from __future__ import annotations

import sqlalchemy as sa

from dashboard.database import metadata

DRAWS = sa.Table(
    "draws",
    metadata,
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
    sa.Column("made_by_person", sa.String(32)),
)

# clue_id: the case of a control check; only here is it known as one.
MEMBERS = sa.Table(
    "draw_members",
    metadata,
    sa.Column("draw_id", sa.String(16), sa.ForeignKey("draws.draw_id"), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("enterprise_id", sa.Text, nullable=False, index=True),
    sa.Column("weight", sa.Float, nullable=False),
    sa.Column("clue_id", sa.Text, index=True),
)
