"""The canonical tables of a build: what the sources gave, and beneath it what lies in the store.

A source the configuration lists stands before the store, the store before what is built in. What the store has only
in its own shape (daily means of outlets and cities, permitted outlets) is made from it in `sql/from_store/`.
"""

from __future__ import annotations

from datetime import datetime

from data_adapters.tables import TABLES
from fusion.config import BUILT_IN_SOURCES
from fusion.engine import Engine, step_sql
from fusion.findings import Judge
from fusion.judging import judged_from
from fusion.manifest import TableState
from fusion.sources import Gathered
from fusion.store import Store
from fusion.stored import NAME

MADE = {"ambient_series": "city_days", "emission_series": "cems_days", "outlets": "permit_limits"}


def provide(engine: Engine, gathered: Gathered, store: Store, as_of: datetime) -> Judge:
    """Make every canonical table and every table of the store readable in `engine`; the states tell from where.

    Note    those of MADE are there once the judge was asked for them: it is what makes them
    """
    store.attach(engine, as_of if store.folder else None)
    stored = [name for name in TABLES if not _is_listed(gathered, name) and store.has(MADE.get(name, name))]
    for name in TABLES:
        if name in stored:
            gathered.states[name] = TableState(state="ready", source=NAME)
        else:
            engine.register(name, gathered.tables[name])
    made = {name: step_sql(f"from_store/{name}") for name in MADE if name in stored}
    return Judge(engine, as_of, judged_from(engine, as_of), made)


def _is_listed(gathered: Gathered, name: str) -> bool:
    """Whether a source that isn't only built in has given rows of it."""
    given = (gathered.states[name].source or "").split(", ")
    return gathered.tables[name].num_rows > 0 and any(source not in BUILT_IN_SOURCES for source in given if source)
