"""A smaller snapshot: every table cut to a scope and numbered anew, so that row i is number i again.

All that is asked afterwards is asked of the small tables; what lies outside is not there to be found. Masked, an
enterprise is a stable code, a position is the middle of its 3 km cell, and nobody's name is left.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import duckdb
import numpy as np
import pyarrow as pa

from dashboard.data.layers import sql
from dashboard.data.scope import Scope
from dashboard.data.scope_facts import narrowed_facts
from dashboard.data.scope_rules import RULES, By, Rule
from fusion.grid import OUTSIDE, cells_of, centres_of

# Temporary tables of the connection that narrows; asked with the nation's tables beside them.
PREPARE = (
    """create temp table scope_places as
       select p.place_idx, p.level, p.adcode from places p
       where $everywhere or list_contains($adcodes, p.adcode)
          or p.place_idx in (select g.city_idx from place_groups g
                             where list_contains($groups, g.group_code) and g.valid_from <= $as_of::date
                               and (g.valid_to is null or g.valid_to > $as_of::date))""",
    # A municipality is a province and a city of one code: naming it names both.
    """insert into scope_places select p.place_idx, p.level, p.adcode from places p
       where p.level = 1 and p.parent_idx in (select place_idx from scope_places where level = 0)""",
    """create temp table scope_cities as
       select distinct place_idx as city_idx from scope_places where level = 1""",
    """create temp table scope_counties as
       select place_idx as county_idx from scope_places where level = 2
       union select p.place_idx from places p
             where p.level = 2 and p.parent_idx in (select city_idx from scope_cities)""",
    """create temp table seen_cities as
       select city_idx from scope_cities
       union select p.parent_idx from places p
             where p.level = 2 and p.place_idx in (select county_idx from scope_counties)""",
    """create temp table scope_rounds as
       select round_idx, round_code, from_date, to_date from rounds
       where $every_round or list_contains($rounds, round_code)""",
    """create temp table kept_enterprises as
       select e.enterprise_idx, e.enterprise_id, upper(sha256($salt || e.enterprise_id)) as code,
              (row_number() over (order by e.enterprise_idx) - 1)::uinteger as number
       from enterprises e where {place}""",
    """create temp table kept_clues as
       select c.clue_idx, c.clue_id, (row_number() over (order by c.clue_idx) - 1)::uinteger as number
       from clues c
       where ({clue_place}) and ({clue_round})
         and (c.enterprise_idx < 0 or c.enterprise_idx in (select enterprise_idx from kept_enterprises))""",
)
NAME = "masked_name(k.code)"
ID = "'M-' || left(k.code, 12)"
# An outlet of an enterprise that is out of scope is told no more than the enterprise itself.
OWNED = "case when k.number is not null or t.enterprise_id is null then t.{column} end"
MASKED = {"name": NAME, "enterprise_id": ID, "uscc": "null::varchar", "permit_no": "null::varchar",
          "leader": "''", "outlet_id": f"{ID} || '-' || split_part(t.outlet_id, '-', -1)",
          "object_id": f"case when t.object_kind = 'cell' then t.object_id else {ID} end"}  # fmt: skip
# Tables of the snapshot itself: what others keep beside it (the casebook's) is made anew of the smaller one.
TABLES = "select table_name from duckdb_tables() where not temporary and schema_name = 'main'"
POSITIONS = ("lon_deg", "lat_deg")


def narrowed(db: duckdb.DuckDBPyConnection, scope: Scope, as_of: str) -> Iterator[tuple[str, pa.Table]]:
    """Every table of the snapshot `db` is asked of, by name, as `scope` shows it.

    Note    `db` is a cursor of its own; temporary tables are left in it
    """
    _prepare(db, scope, as_of)
    for (name,) in db.execute(TABLES).fetchall():
        table = db.sql(_question(db, name, scope)).to_arrow_table()
        if "facts" in table.column_names:
            table = narrowed_facts(db, table, scope)
        yield name, _in_cells(table) if scope.is_masked and "cell_col" not in table.column_names else table


def _prepare(db: duckdb.DuckDBPyConnection, scope: Scope, as_of: str) -> None:
    regions = scope.regions or ()
    every = {
        "everywhere": scope.regions is None,
        "adcodes": [code for code in regions if not code.startswith("g:")],
        "groups": [code[2:] for code in regions if code.startswith("g:")],
        "as_of": as_of,
        "every_round": scope.rounds is None,
        "rounds": list(scope.rounds or ()),
        "salt": scope.salt,
    }
    clue_round = _round("c", "round_idx", scope)
    parts = {"place": _place("e", scope), "clue_place": _place("c", scope), "clue_round": clue_round}
    db.execute(sql("masked"))
    for text in PREPARE:
        question = text.format(**parts)
        wanted = {name: every[name] for name in re.findall(r"\$([a-z_]+)", question)}
        db.execute(question, wanted or None)


def _question(db: duckdb.DuckDBPyConnection, name: str, scope: Scope) -> str:
    """The rows and columns of table `name` that are in scope."""
    columns = [column for column, *_ in db.execute(f'describe "{name}"').fetchall()]
    rule = RULES.get(name)
    shown = ", ".join(f'{_column(name, column, columns, scope)} as "{column}"' for column in columns)
    joins = []
    if "enterprise_idx" in columns:
        joins.append("left join kept_enterprises k on k.enterprise_idx = t.enterprise_idx")
    elif "enterprise_id" in columns:
        joins.append("left join kept_enterprises k on k.enterprise_id = t.enterprise_id")
    if "clue_idx" in columns:
        joins.append("left join kept_clues q on q.clue_idx = t.clue_idx")
    elif "clue_id" in columns:
        joins.append("left join kept_clues q on q.clue_id = t.clue_id")
    where = _shown(name, rule, columns, scope)
    return f'select {shown} from "{name}" t {" ".join(joins)} where {where} order by t.rowid'


def _column(table: str, column: str, columns: list[str], scope: Scope) -> str:
    if column == "enterprise_idx":
        return "coalesce(k.number, -1)::integer" if table == "clues" else "k.number"
    if column == "clue_idx":
        return "q.number"
    if table == "teams" and column == "leader" and not scope.is_masked:
        return "case when t.city_adcode in (select adcode from scope_places) then t.leader else '' end"
    is_linked = "enterprise_idx" in columns or "enterprise_id" in columns or table == "teams"
    if scope.is_masked and column in MASKED and is_linked:
        return MASKED[column]
    if column == "enterprise_id":
        return "k.enterprise_id"
    if column == "outlet_id" and "enterprise_id" in columns:
        return OWNED.format(column=column)
    return f't."{column}"'


def _shown(name: str, rule: Rule | None, columns: list[str], scope: Scope) -> str:
    """The condition on a row of table `name`."""
    if rule is None or (rule.is_exact and scope.is_masked):
        return "false"
    by = {
        By.PUBLIC: "true",
        By.NATION: "false",
        By.CITY: "t.city_idx in (select city_idx from seen_cities)" if scope.regions is not None else "true",
        By.ENTERPRISE: "k.number is not null",
        By.ENTERPRISE_ID: "k.number is not null",
        By.CLUE: "q.number is not null",
        By.CLUE_ID: "q.number is not null",
    }.get(rule.by, "")
    if rule.by == By.PLACE:
        by = "q.number is not null" if name == "clues" else _place("t", scope)
    return f"({by}) and ({_round('t', rule.round_by, scope)})" if rule.round_by else by


def _place(alias: str, scope: Scope) -> str:
    if scope.regions is None:
        return "true"
    return (
        f"{alias}.city_idx in (select city_idx from scope_cities)"
        f" or {alias}.county_idx in (select county_idx from scope_counties)"
    )


def _round(alias: str, column: str, scope: Scope) -> str:
    if scope.rounds is None:
        return "true"
    if column == "round_idx":
        return f"{alias}.round_idx in (select round_idx from scope_rounds)"
    day = f"{alias}.{column}"
    return f"exists (select 1 from scope_rounds r where {day} >= r.from_date and {day} < r.to_date)"


def _in_cells(table: pa.Table) -> pa.Table:
    """Positions of enterprises and clues moved to the middle of their 3 km cell; none outside the grid."""
    if "enterprise_idx" not in table.column_names or not set(POSITIONS) <= set(table.column_names):
        return table
    lon, lat = (table[name].to_numpy(zero_copy_only=False).astype(np.float64) for name in POSITIONS)
    col, row = cells_of(lon, lat)
    places = centres_of(col, row)
    is_unknown = col == OUTSIDE
    for name, moved in zip(POSITIONS, places, strict=True):
        at = table.column_names.index(name)
        kind = table.schema.field(name).type
        table = table.set_column(at, name, pa.array(moved.round(6), kind, mask=is_unknown))
    return table
