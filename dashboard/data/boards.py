"""Boards of special tasks 专题: waste incinerators, electronic supervision, VOC areas, bare land.

What a snapshot was never told is null here and "not connected" on the screen, never 0. Everything is asked of tables
that `metrics.scoped` narrowed, and of the incinerators' tables joined to the enterprises in scope.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import duckdb

from dashboard.casebook.store import Casebook
from dashboard.data.board_areas import NO_PLACE, by_city, by_month, found_there, peak, thirds_of
from dashboard.data.filters import Filters
from dashboard.data.layers import sql
from dashboard.data.methods import is_used
from dashboard.data.metrics import casebook_until, figures, scoped, told_until
from dashboard.data.scope import NATION
from dashboard.data.store import Loaded

Rows = list[dict[str, Any]]
BURNER_RULES = ("R17", "R18")
BURNER_TABLES = ("incineration_days", "incineration_outlet_days")
# Canonical tables whose source also tells of furnaces and stacks by day.
BURNER_SOURCES = ("cems_readings", "emission_series")
FURNACES, ORDERS, BARE_LAND = "E06", "E08", "A08"
HCHO_FIGURES = ("areas_pushed", "area_counties", "area_check_rate", "problem_enterprises_per_area")
# The numbers that decide when an anomaly becomes an order or a listing.
THRESHOLDS = (("R12", ("n_h3", "n_h6", "d_month")), ("R18", ("month_days",)), ("R28", ("n_h", "win_d")))
PROFILE_WORDS = ("valid_from", "basis", "why_zh", "why_en")
LISTED = 300
NO_PATCHES = """create temp table land_patches
    (county_idx usmallint, city_idx usmallint, area_m2 float, land_use varchar, is_covered boolean, image_date date)"""


def part(loaded: Loaded, name: str, filters: Filters, casebook: Casebook | None = None) -> dict[str, Any]:
    """The board `name`, one of PARTS, for region and days of the filters; clues as the casebook has them."""
    return PARTS[name](loaded, filters, casebook)


def incineration(loaded: Loaded, filters: Filters, casebook: Casebook | None = None) -> dict[str, Any]:
    """The waste incinerators: what is known of how many, and each plant that reported.

    Shape   tally: see incineration_tally.sql; plants: see incineration_plants.sql; has_furnaces, has_stacks: whether
            the snapshot was told of any; untold: why not where it was not, `failed` or `not_configured`; clues: of
            rules R17 and R18; t_min_c, n_day: numbers of R17
    """
    has_furnaces, has_stacks = (_has(loaded, name, FURNACES) for name in BURNER_TABLES)
    answer: dict[str, Any] = {
        "has_furnaces": has_furnaces,
        "has_stacks": has_stacks,
        "untold": _untold(loaded, BURNER_SOURCES),
        "tally": None,
        "plants": [],
        "clues": _clues(loaded, filters, BURNER_RULES, casebook),
        **_furnace_rule(loaded),
    }
    if all(name in loaded.manifest.tables for name in BURNER_TABLES):
        with scoped(loaded, filters) as db:
            days = _days(filters)
            (answer["tally"],) = _rows(db, "boards/incineration_tally", days)
            answer["plants"] = _rows(db, "boards/incineration_plants", days)
    return answer


def plant(loaded: Loaded, filters: Filters, plant_id: str) -> dict[str, Any] | None:
    """The days of one plant: its furnaces and its stacks; None for a plant that is not in scope or never reported.

    Note    a furnace is named by its number; its own name, which may tell whose it is, is not for a masked viewer
    """
    if not all(name in loaded.manifest.tables for name in BURNER_TABLES):
        return None
    with scoped(loaded, filters) as db:
        named = {"plant": plant_id, **_days(filters)}
        furnaces = _rows(db, "boards/incineration_furnaces", named)
        stacks = _rows(db, "boards/incineration_stacks", named)
        name = db.execute("select name from enterprises where enterprise_id = $plant", {"plant": plant_id}).fetchall()
    if not furnaces and not stacks:
        return None
    if loaded.scope.is_masked:
        furnaces = [furnace | {"furnace_id": None} for furnace in furnaces]
    return {"plant": plant_id, "name": name[0][0], "furnaces": furnaces, "stacks": stacks, **_furnace_rule(loaded)}


def supervision(loaded: Loaded, filters: Filters, casebook: Casebook | None = None) -> dict[str, Any]:
    """Electronic orders and listings by region, as the snapshot tells them, and the numbers that decide about them.

    Shape   rows: see supervision_cities.sql (level: all, group or city); register: what the orders register (E08)
            answers, null where there is none to see; thresholds: by rule, with own values of key regions
    """
    with scoped(loaded, filters, casebook) as db:
        rows = _rows(db, "boards/supervision_cities", {"as_of": told_until(loaded, casebook)})
        register = _register(db) if _has_register(loaded) else None
    return {
        "rows": rows,
        "register": register,
        "thresholds": _thresholds(loaded),
        "as_of": loaded.manifest.as_of,
        "casebook_at": casebook_until(casebook),
    }


def voc(loaded: Loaded, filters: Filters, casebook: Casebook | None = None) -> dict[str, Any]:
    """High-value areas of formaldehyde: pushed, counties and cities touched, when it was high, who was found there.

    Shape   figures: of the dictionary, by id; cells: different cells pushed; months, thirds: see board_areas; peak: the
            third of a month with the highest columns, null where too few can be compared; enterprises: with a problem
            found on or after the push, lying in a cell pushed; found: the last of them, cities: rows by city, each at
            most LISTED
    """
    own = replace(filters, pollutant="HCHO")
    told = {one["id"]: one for one in figures(loaded, own, HCHO_FIGURES, casebook)["metrics"]}
    with scoped(loaded, own, casebook) as db:
        areas = db.sql(sql("boards/voc_areas")).to_arrow_table().to_pylist()
        thirds = thirds_of(db.sql(sql("boards/voc_periods")).to_arrow_table().to_pylist())
        seen = db.sql(sql("boards/voc_cities")).to_arrow_table().to_pylist()
        checked = db.sql(sql("boards/checked_enterprises")).to_arrow_table()
    found = found_there(checked, areas)
    cities = by_city(areas, seen, found, _places(loaded))
    return {
        "has_hcho": bool(loaded.cursor().execute("select 1 from coverage where product = 'HCHO' limit 1").fetchall()),
        "figures": told,
        "cells": len({area["cell_id"] for area in areas}),
        "cities_touched": len({area["city_idx"] for area in areas} - {NO_PLACE}),
        "enterprises": len(found),
        "found": [_plain(row) for row in found[:LISTED]],
        "months": by_month(areas, thirds),
        "thirds": thirds,
        "peak": peak(thirds),
        "cities": cities[:LISTED],
        "n_cities": len(cities),
    }


def bare_land(loaded: Loaded, filters: Filters, casebook: Casebook | None = None) -> dict[str, Any]:
    """Bare ground by county: what the images list, the clues about it, and how far it was put right.

    Shape   counties: see bare_land.sql, at most LISTED; source: records of the images (A08), 0 where none arrived;
            inventory: patches of the list, those not covered, their areas and uses, null where no list is in the
            snapshot; patches: of findings of this build, null where no image arrived; area_m2: theirs;
            rate: figure rectification_rate
    """
    rule = replace(filters, rule=("R32",))
    (rate,) = figures(loaded, rule, ("rectification_rate",), casebook)["metrics"]
    with scoped(loaded, rule, casebook) as db:
        has_list = _has(loaded, "land_patches", BARE_LAND)
        if "land_patches" not in loaded.manifest.tables:  # a snapshot of before the list
            db.execute(NO_PATCHES)
        counties = _rows(db, "boards/bare_land")
        (inventory,) = _rows(db, "boards/land_inventory")
    measured = [row for row in counties if row["patches"]]
    source = _records(loaded, BARE_LAND)
    numbers = _parameters(loaded, "R32")
    return {
        "source": source,
        "least_m2": numbers["area_min"]["default"],
        "reach_km": numbers["d_km"]["default"],
        "clues": sum(row["clues"] for row in counties),
        "inventory": inventory if has_list else None,
        "patches": sum(row["patches"] for row in measured) if source else None,
        "area_m2": sum(row["area_m2"] for row in measured) if measured else None,
        "rate": rate,
        "counties": counties[:LISTED],
        "n_counties": len(counties),
    }


PARTS: dict[str, Callable[[Loaded, Filters, Casebook | None], dict[str, Any]]] = {
    "incineration": incineration,
    "supervision": supervision,
    "voc": voc,
    "bare_land": bare_land,
}


def _has(loaded: Loaded, table: str, category: str) -> bool:
    """Whether the snapshot was told anything for `table`; a part of it may have no row of what the whole has."""
    entry = loaded.manifest.tables.get(table)
    if entry is None:
        return False
    return entry.rows > 0 or (loaded.scope != NATION and _records(loaded, category) > 0)


def _untold(loaded: Loaded, sources: tuple[str, ...]) -> str:
    """Why a table holds nothing: its source failed, or nobody connected one."""
    states = [loaded.manifest.states[name].state for name in sources if name in loaded.manifest.states]
    return "failed" if "failed" in states else "not_configured"


def _records(loaded: Loaded, category: str) -> int:
    asked = "select rows from categories where code = $code"
    return sum(rows for (rows,) in loaded.cursor().execute(asked, {"code": category}).fetchall())


def _clues(loaded: Loaded, filters: Filters, rules: tuple[str, ...], casebook: Casebook | None) -> int:
    with scoped(loaded, replace(filters, rule=rules), casebook) as db:
        ((n,),) = db.execute("select count(*) from clues").fetchall()
    return int(n)


def _parameters(loaded: Loaded, rule_id: str) -> dict[str, Any]:
    asked = "select parameters_json from rule_methods where rule_id = $rule"
    found = loaded.cursor().execute(asked, {"rule": rule_id}).fetchall()
    return json.loads(found[0][0]) if found else {}


def _furnace_rule(loaded: Loaded) -> dict[str, Any]:
    numbers = _parameters(loaded, "R17")
    return {"t_min_c": numbers["t_min"]["default"], "n_day": numbers["n_day"]["default"]}


def _thresholds(loaded: Loaded) -> Rows:
    found: Rows = []
    day = loaded.manifest.as_of[:10]
    asked = "select profiles_json from rule_methods where rule_id = $rule"
    for rule_id, names in THRESHOLDS:
        numbers = _parameters(loaded, rule_id)
        own = {
            group: profile
            for (text,) in loaded.cursor().execute(asked, {"rule": rule_id}).fetchall()
            for group, profile in json.loads(text).items()
        }
        for name in names:
            if name in numbers:
                found.append({"rule": rule_id, "name": name, **_own(own, name, day), **numbers[name]})
    return found


def _own(profiles: dict[str, Any], name: str, day: str) -> dict[str, Any]:
    """Values of key regions for one number, what each rests on and whether it holds on `day`.

    Note    snapshots of before tell the values alone
    """
    having = {group: one for group, one in profiles.items() if name in one.get("values", one)}
    told = {
        group: {key: one.get(key) for key in PROFILE_WORDS} | {"is_used": is_used(one, day)}
        for group, one in having.items()
        if "values" in one
    }
    return {"own": {group: one.get("values", one)[name] for group, one in having.items()}, "own_told": told}


def _has_register(loaded: Loaded) -> bool:
    """Whether there is an orders register to see: each entry names its enterprise, so a masked viewer sees none."""
    is_there = "dossier_facts" in loaded.manifest.tables and _records(loaded, ORDERS) > 0
    return is_there and not loaded.scope.is_masked


def _register(db: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Orders of the register (E08) in scope: how many, replied to, verified; first and last day, null where none."""
    asked = """select count(*), count(reply), count(*) filter (reply = 'verified'), min(day), max(day)
        from (select json_extract_string(detail, '$.reply') as reply, from_at::date as day from dossier_facts
        where kind = 'order')"""
    ((orders, answered, verified, first, last),) = db.execute(asked).fetchall()
    return {"orders": orders, "answered": answered, "verified": verified, "from": _plain(first), "to": _plain(last)}


def _places(loaded: Loaded) -> Rows:
    asked = "select place_idx, adcode, name_zh, name_en from places where level = 1"
    rows: Rows = loaded.cursor().sql(asked).to_arrow_table().to_pylist()
    return rows


def _days(filters: Filters) -> dict[str, Any]:
    return {"from_date": filters.from_date, "to_date": filters.to_date}


def _rows(db: duckdb.DuckDBPyConnection, question: str, values: dict[str, Any] | None = None) -> Rows:
    return [_plain(row) for row in db.sql(sql(question), params=values or {}).to_arrow_table().to_pylist()]


def _plain(value: Any) -> Any:  # noqa: ANN401 - a value of a row: number, text, day, or a list of them
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if isinstance(value, float):
        return round(value, 3)
    return value.isoformat() if isinstance(value, date) else value
