"""Views of the list that somebody named: a name and a filter, each person's own."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import parse_qsl, urlencode

import sqlalchemy as sa

from dashboard.casework.answers import BadRequest
from dashboard.data.filters import parse
from dashboard.data.worklist import VIEWS, sorts_of
from dashboard.database import metadata, writing

LONGEST_NAME = 60
LONGEST_TEXT = 100
MOST_VIEWS = 50
OWN = ("view", "q", "sort")
SAVED_VIEWS = sa.Table(
    "saved_views",
    metadata,
    sa.Column("owner", sa.Text, primary_key=True),
    sa.Column("name", sa.String(LONGEST_NAME), primary_key=True),
    sa.Column("query", sa.Text, nullable=False),
    sa.Column("saved_at", sa.DateTime, nullable=False),
)


def saved_views(engine: sa.Engine, owner: str) -> list[dict[str, str]]:
    """The views `owner` saved, by name."""
    asked = sa.select(SAVED_VIEWS.c.name, SAVED_VIEWS.c.query).where(SAVED_VIEWS.c.owner == owner)
    with engine.connect() as connection:
        return [
            {"name": row.name, "query": row.query} for row in connection.execute(asked.order_by(SAVED_VIEWS.c.name))
        ]


def save_view(engine: sa.Engine, owner: str, name: str, query: str, now: datetime) -> None:
    """Keep `query` under `name`; what was there under it is replaced.

    Raises  BadRequest for no name, one too long, or one view too many
    """
    name = name.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise BadRequest("view_name", "name")
    with writing(engine) as connection:
        own = SAVED_VIEWS.c.owner == owner
        connection.execute(sa.delete(SAVED_VIEWS).where(own, SAVED_VIEWS.c.name == name))
        kept = connection.execute(sa.select(sa.func.count()).select_from(SAVED_VIEWS).where(own)).scalar_one()
        if kept >= MOST_VIEWS:
            raise BadRequest("too_many_views")
        row = {"owner": owner, "name": name, "query": canonical(query), "saved_at": now}
        connection.execute(sa.insert(SAVED_VIEWS).values(**row))


def drop_view(engine: sa.Engine, owner: str, name: str) -> None:
    """Forget the view of that name, if there is one."""
    with writing(engine) as connection:
        mine = (SAVED_VIEWS.c.owner == owner, SAVED_VIEWS.c.name == name)
        connection.execute(sa.delete(SAVED_VIEWS).where(*mine))


def canonical(query: str) -> str:
    """What of an address is a filter, a view, a search or an order; nothing else is kept."""
    given = dict(parse_qsl(query.lstrip("?")))
    own = {name: given[name][:LONGEST_TEXT] for name in OWN if given.get(name)}
    if own.get("view") not in VIEWS:
        own.pop("view", None)
    if not sorts_of(own.get("sort", "")):
        own.pop("sort", None)
    filters = parse({name: text for name, text in given.items() if name not in OWN})[0].query()
    return "&".join(part for part in (filters, urlencode(own)) if part)
