"""The dossier tables of a snapshot as views over their files: one page reads a few rows, so nothing is loaded.

A part of a snapshot (`scope.py`) gets views of its own: its enterprises by its own numbers, its rounds only, and, where
names are masked, no register entry (each would name the enterprise) and of an outlet only its code.
"""

from __future__ import annotations

import duckdb

from dashboard.data.scope import Scope
from fusion.snapshot import Snapshot

TABLES = ("dossier_days", "dossier_power", "dossier_hours", "dossier_facts")
DAY_OF = {"dossier_days": "date", "dossier_power": "date", "dossier_hours": "time"}
UNIT_OF = {"dossier_days": "outlet_id", "dossier_hours": "object_id"}
KEPT = "select number as enterprise_idx, enterprise_idx as whole_idx from kept_enterprises order by whole_idx"
ROUNDS = "select from_date, to_date from scope_rounds"


def view_whole(db: duckdb.DuckDBPyConnection, snapshot: Snapshot) -> None:
    """Make the tables readable in `db`; one an older snapshot has not got is empty."""
    for name in TABLES:
        if name in snapshot.manifest.tables:
            db.execute(f"create view {name} as from read_parquet('{_file(snapshot, name)}')")


def view_part(
    db: duckdb.DuckDBPyConnection, whole: duckdb.DuckDBPyConnection, snapshot: Snapshot, scope: Scope
) -> None:
    """Make in `db` readable what `scope` shows of the tables; `whole` has the temporary tables of scope_tables."""
    for name, question in (("dossier_kept", KEPT), ("dossier_rounds", ROUNDS)):
        db.register("dossier_given", whole.sql(question).to_arrow_table())
        db.execute(f"create table {name} as from dossier_given")
        db.unregister("dossier_given")
    for name in TABLES:
        if name in snapshot.manifest.tables:
            db.execute(f"create view {name} as {_narrow(snapshot, name, scope)}")


def _narrow(snapshot: Snapshot, name: str, scope: Scope) -> str:
    replaced = ["k.enterprise_idx as enterprise_idx"]
    conditions = ["true"]
    if scope.is_masked and name in UNIT_OF:
        replaced.append(f"'*-' || split_part(t.{UNIT_OF[name]}, '-', -1) as {UNIT_OF[name]}")
    if scope.is_masked and name not in DAY_OF:
        conditions.append("false")
    if scope.rounds is not None and name in DAY_OF:
        day = f"t.{DAY_OF[name]}"
        conditions.append(f"exists (select 1 from dossier_rounds r where {day} >= r.from_date and {day} < r.to_date)")
    return (
        f"select t.* replace ({', '.join(replaced)}) from read_parquet('{_file(snapshot, name)}') t "
        f"join dossier_kept k on k.whole_idx = t.enterprise_idx where {' and '.join(conditions)}"
    )


def _file(snapshot: Snapshot, name: str) -> str:
    return str(snapshot.table(name)).replace("'", "''")
