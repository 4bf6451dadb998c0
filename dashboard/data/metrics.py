"""The figures of the dictionary for one filter state: the tables narrowed as the screens narrow them, then measured.

`scoped` gives a cursor whose tables hold only what is in scope; everything here asks such a cursor.
Which table reacts to which filter: docs/metrics.md.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from typing import Any, Literal

import duckdb

from dashboard.casebook.store import Casebook
from dashboard.data.filters import Filters
from dashboard.data.layers import sql
from dashboard.data.live import live
from dashboard.data.queries import parameters
from dashboard.data.store import Loaded
from dashboard.data.vocabulary import first_and_last_day
from dashboard.i18n import catalogue
from fusion import metrics_compare
from fusion.manifest import Manifest
from fusion.metrics import MADE_OF, Dictionary, Measured, dictionary, lacking, measure, reason
from fusion.metrics_book import Words

PLACE = """among($cities, {at}.city_idx) and among($counties, {at}.county_idx)
    and within($west, $south, $east, $north, e.lon_deg, e.lat_deg) and among($industries, {at}.industry_idx)"""
ROUND_OF_DAY = """($rounds is null or exists (
    select 1 from rounds r
    where list_contains($rounds, r.round_idx) and d.date >= r.from_date and d.date < r.to_date))"""
COUNTED = "'order', 'coercive', 'past_problem', 'transmission', 'cut'"  # kinds of lines of registers
# In this order: a table that was narrowed already narrows what hangs on it, and `enterprises` is asked whole before.
SCOPES = {
    "moment": """select $as_of_time::timestamp as as_of, least($last_day::date, $to_date, (
        select max(to_date) - 1 from main.rounds where list_contains($rounds, round_idx))) as last_day""",
    "clues": "select * from {all_clues} where clue_idx in (select clue_idx from ({clues}))",
    "clue_events": "select * from {all_events} semi join clues using (clue_idx)",
    "checks": f"""select c.* from main.checks c join main.enterprises e using (enterprise_idx)
        where {PLACE.format(at="c")} and in_group($group_code, c.city_idx, c.checked_date)
          and among($rounds, c.round_idx) and between_days($from_date, $to_date, c.checked_date)""",
    "problems": "select * from main.problems semi join checks using (inspection_id)",
    "hotspots": "select * from main.hotspots semi join ({hotspots}) using (product, date, cell_col, cell_row)",
    # Coverage is told by city: a county is answered by its city, and the map's extent does not cut it.
    "coverage": f"""select d.* from main.coverage d
        where among($cities, d.city_idx) and in_group($group_code, d.city_idx, d.date)
          and ($counties is null or d.city_idx in (
              select parent_idx from places where list_contains($counties, place_idx)))
          and between_days($from_date, $to_date, d.date) and {ROUND_OF_DAY}""",
    "emission_daily": f"""select d.* from main.emission_daily d join main.enterprises e using (enterprise_idx)
        where {PLACE.format(at="e")} and in_group($group_code, e.city_idx, d.date)
          and ($pollutant is null or d.pollutant = $pollutant)
          and between_days($from_date, $to_date, d.date) and {ROUND_OF_DAY}""",
    "dossier_facts": f"""select f.* from main.dossier_facts f join main.enterprises e using (enterprise_idx),
            lateral (select cast(f.from_at as date) as date) d
        where f.kind in ({COUNTED}) and {PLACE.format(at="e")} and in_group($group_code, e.city_idx, d.date)
          and between_days($from_date, $to_date, d.date) and {ROUND_OF_DAY}""",
    # The list as the latest images show it: regions cut it, days do not.
    "land_patches": """select d.* from main.land_patches d
        where among($cities, d.city_idx) and among($counties, d.county_idx)
          and in_group($group_code, d.city_idx, d.image_date)""",
    "enterprises": "select * from main.enterprises semi join ({enterprises}) using (enterprise_id)",
}

# What stands for these tables where the casebook counts: remarks are no steps.
LIVE = {"clues": "clues_now", "clue_events": "(from events_now where event_id is null or from_state <> to_state)"}
# Snapshots of before have not got these; what needs them says so.
LATER = frozenset({"dossier_facts", "land_patches"})


@contextmanager
def scoped(
    loaded: Loaded, filters: Filters, casebook: Casebook | None = None, only: Collection[str] = tuple(SCOPES)
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A cursor of its own whose tables hold only what is in scope of `filters`.

    With a casebook the clues and their steps are as people have brought them by now; all else is the snapshot's.
    Who will ask a few tables names them in `only`; the others then stand there whole.
    """
    is_live = casebook is not None and casebook.seq() > 0
    db = live(loaded, casebook) if casebook is not None and is_live else loaded.cursor()
    try:
        as_of = told_until(loaded, casebook if is_live else None)
        found = dict.fromkeys(("clues", "clue_events"), "main.{}")
        if is_live:
            found = {name: _as_laid_out(db, name, view) for name, view in LIVE.items()}
        named = {
            **parameters(db, "clues", filters),
            **parameters(db, "enterprises", filters, as_of[:10]),
            "as_of_time": as_of,
            "last_day": first_and_last_day(loaded)[1],
        }
        for name, text in SCOPES.items():
            if name not in only or (name in LATER and name not in loaded.manifest.tables):
                continue
            question = text.format(
                clues=sql("clues").replace("from clues c", f"from {found['clues'].format('clues')} c"),
                hotspots=sql("hotspots"),
                enterprises=sql("enterprises"),
                all_clues=found["clues"].format("clues"),
                all_events=found["clue_events"].format("clue_events"),
            )
            wanted = {key: named[key] for key in re.findall(r"\$([a-z_]+)", _without_comments(question))}
            db.execute(f"create temp table {name} as {question}", wanted or None)
        yield db
    finally:
        db.close()


def told_until(loaded: Loaded, casebook: Casebook | None) -> str:
    """Up to when clues are told: the end of the data; of real data, the newest act if that is later.

    Note    an invented register stands still at its last hour; by today each of its clocks would have run out
    """
    as_of = loaded.manifest.as_of
    at = None if casebook is None or loaded.manifest.is_synthetic else casebook.newest_at()
    return as_of if at is None else max(as_of, at.isoformat())


def casebook_until(casebook: Casebook | None) -> str | None:
    """When the newest act on record was; None where nothing was done, or nobody asked."""
    at = None if casebook is None else casebook.newest_at()
    return None if at is None else at.isoformat()


def figures(
    loaded: Loaded, filters: Filters, ids: Iterable[str] | None = None, casebook: Casebook | None = None
) -> dict[str, Any]:
    """All figures, or those of `ids`, as the route answers them: metrics in order, and the words of their warnings.

    Raises  FusionError for an id that is not in the dictionary
    """
    with scoped(loaded, filters, casebook) as db:
        found = measure(db, ids, lacking(loaded.manifest))
    book = dictionary()
    warnings = {name: words.model_dump() for name, words in book.warning.items()}
    return {
        "snapshot": loaded.id,
        "as_of": loaded.manifest.as_of,
        "casebook_at": casebook_until(casebook),
        "filters": filters.query(),
        "is_synthetic": loaded.manifest.is_synthetic,
        "metrics": [_entry(book, one) for one in found],
        "warnings": warnings,
    }


def round_on_round(loaded: Loaded, filters: Filters, metric_id: str, round_code: str) -> metrics_compare.RoundOnRound:
    """How a rate per enterprise changed from the round before; the filters' own rounds and dates do not count.

    Raises  FusionError for a figure that is no rate per enterprise, a round that is not there, or the first one
    """
    whole = replace(filters, rounds=(), from_date=None, to_date=None)
    with scoped(loaded, whole) as db:
        return metrics_compare.round_on_round(db, metric_id, round_code, lacking(loaded.manifest))


def ranking(
    loaded: Loaded, filters: Filters, metric_id: str, by: Literal["city", "county", "industry"]
) -> list[metrics_compare.Ranked]:
    """Cities, counties or industries in scope by a rate, those with too few at the end without a place.

    Raises  FusionError for a figure that is no rate, or does not rest on checks or clues
    """
    with scoped(loaded, filters) as db:
        return metrics_compare.ranking(db, metric_id, by, lacking(loaded.manifest))


def _as_laid_out(db: duckdb.DuckDBPyConnection, name: str, view: str) -> str:
    """The rows of a live view in the columns that the snapshot's own table has, as a view of its own."""
    columns = ", ".join(f'"{row[0]}"' for row in db.execute(f"describe main.{name}").fetchall())
    db.execute(f"create or replace temp view told_{name} as select {columns} from {view}")
    return f"told_{name}"


def _entry(book: Dictionary, one: Measured) -> dict[str, Any]:
    """A figure with its words; whole numbers are written as such."""
    metric = book.get(one.id)
    words = {
        f"{name}_{lang}": getattr(metric, f"{name}_{lang}") for name in ("name", "definition") for lang in ("zh", "en")
    }
    unit = book.unit[one.unit]
    numbers = {name: _number(value) for name, value in asdict(one).items() if name != "unit"}
    why = _unread(one) or reason(one, book)
    told = {"why_zh": why.zh if why else "", "why_en": why.en if why else ""}
    kind = {"kind": metric.kind, "unit": one.unit, "unit_zh": unit.zh, "unit_en": unit.en, "version": metric.version}
    return {**numbers, **told, **words, **kind, "minimum": metric.minimum, "warnings": list(metric.warnings)}


def untold(manifest: Manifest, sources: Iterable[str]) -> dict[str, str]:
    """Which of these sources are `failed` or `not_configured`; none where all were read."""
    missing = {MADE_OF[table]: state for table, state in lacking(manifest).items()}
    missing |= {name: state.state for name, state in manifest.states.items() if state.state == "failed"}
    return {source: missing[source] for source in sources if source in missing}


def _unread(one: Measured) -> Words | None:
    """Which table could not be read, by the name the screens give it; nothing where the reason is another."""
    table, _, state = one.lacks.partition(" ")
    source = MADE_OF.get(table)
    if source is None or state not in ("(failed)", "(not_configured)"):
        return None
    told = {lang: catalogue(lang) for lang in ("zh", "en")}
    key = f"source.is_{state.strip('()')}"
    return Words(**{lang: texts[key].format(name=texts[f"table.{source}"]) for lang, texts in told.items()})


def _number(value: Any) -> Any:  # noqa: ANN401 - a field of Measured: number, text or truth
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _without_comments(text: str) -> str:
    return re.sub(r"--[^\n]*", "", text)
