"""What the walls ask besides the questions of the pages: hot cells by city, where clues stand, the round of a day."""

from __future__ import annotations

from datetime import date
from typing import Any

from dashboard.data.filters import Filters
from dashboard.data.layers import sql
from dashboard.data.loop import COHORTS, Loop, clues_of
from dashboard.data.metrics import scoped
from dashboard.data.queries import parameters
from dashboard.data.store import Loaded
from dashboard.data.vocabulary import first_and_last_day, vocabulary

Row = dict[str, Any]
ROWS_OF = "select c.clue_idx from clues c semi join wanted using (clue_id) order by c.clue_idx"
REGION = ("cities", "counties", "group_code")
# Satellite findings are drawn for so many days (assets/js/32-crossfilter.js).
EXPIRED_DAYS = 20
IN_REGION = """from enterprises e where among($cities, e.city_idx) and among($counties, e.county_idx)
    and in_group($group_code, e.city_idx, $day::date)"""


def last_day(loaded: Loaded, filters: Filters) -> str:
    """The last day of data in scope: up to here the map tells its cells."""
    ends = [first_and_last_day(loaded)[1]]
    ends += [row["last_date"] for row in vocabulary(loaded)["rounds"] if row["code"] in filters.rounds]
    return min(ends)


def rounds_near(loaded: Loaded, end: str) -> list[int]:
    """Numbers of the rounds whose cells are not yet too old on the day `end`; 255 stands for outside any round."""
    rounds = vocabulary(loaded)["rounds"]
    first = date.fromordinal(date.fromisoformat(end).toordinal() - EXPIRED_DAYS).isoformat()
    return [row["idx"] for row in rounds if row["from_date"] <= end and row["last_date"] >= first] if rounds else [255]


def round_of(loaded: Loaded, today: str) -> Row | None:
    """The round that was under way on `today`, or the last one before.

    Shape   number, year, code, day: counted from 1; days: how long it lasts; is_over
    """
    begun = [row for row in vocabulary(loaded)["rounds"] if row["from_date"] <= today]
    if not begun:
        return None
    row = max(begun, key=lambda one: str(one["from_date"]))
    first, last, now = (date.fromisoformat(text) for text in (row["from_date"], row["last_date"], today))
    told = {name: row[name] for name in ("code", "number", "year")}
    return {**told, "day": (now - first).days + 1, "days": (last - first).days + 1, "is_over": now > last}


def hot_cities(loaded: Loaded, filters: Filters, product: str) -> list[Row]:
    """Cells of `product` by city and age, the most fresh ones first (see wall/hot_cities.sql)."""
    return _rows(loaded, "hot_cities", filters, product)


def observed(loaded: Loaded, filters: Filters, product: str) -> Row:
    """Cells observed of those due in the last ten days, and the last day with any (see wall/observed.sql)."""
    (row,) = _rows(loaded, "observed", filters, product)
    return row


def standing(now: Loop, filters: Filters) -> dict[str, int]:
    """Clues in scope by state."""
    return {row["state"]: row["n"] for row in now.rows(sql("wall/standing"), filters)}


def counts(now: Loop, filters: Filters) -> Row:
    """Clues in scope by clock, and how many have a verdict, are confirmed, and were pushed in the last 24 hours."""
    wanted = ", ".join(f"count(*) filter ({COHORTS[name]}) as {name}" for name in ("open", "overdue", "due24"))
    text = f"""select {wanted}, count(*) as clues, count(*) filter (is_checked) as checked,
        count(*) filter (is_confirmed) as confirmed,
        count(*) filter (pushed_at > clock - interval 24 hour and pushed_at <= clock) as pushed_24h from scoped"""
    return now.rows(text, filters)[0]


def cities_of(now: Loop, filters: Filters, cohort: str) -> list[Row]:
    """Clues of a cohort of the loop by city, the most first."""
    return now.rows(sql("wall/open_cities").format(cohort=COHORTS[cohort]), filters)


def rows_of(now: Loop, filters: Filters, cohort: str) -> list[int]:
    """Row numbers, in the snapshot's columns, of the clues of a cohort; those made since have none."""
    found = clues_of(now, cohort, filters)
    with now.loaded.cursor() as db:
        db.register("wanted", found)
        return [index for (index,) in db.execute(ROWS_OF).fetchall()]


def is_reached(loaded: Loaded, region: str) -> bool:
    """Whether anything of `region` lies in what `loaded` shows: an enterprise, or a city whose grid is observed."""
    return loaded.remembered(f"wall/reached/{region}", lambda: _reached(loaded, region))


def enterprises(loaded: Loaded, filters: Filters) -> int:
    """How many enterprises the register has in scope, as the region is on the snapshot's day."""
    db = loaded.cursor()
    named = {name: parameters(db, "clues", filters)[name] for name in REGION}
    ((n,),) = db.execute(f"select count(*) {IN_REGION}", {**named, "day": loaded.manifest.as_of[:10]}).fetchall()
    return int(n)


def last_check(loaded: Loaded) -> str:
    """The day of the newest check; empty where there is none."""
    ((found,),) = loaded.cursor().execute("select max(checked_date) from checks").fetchall()
    return found.isoformat() if found else ""


def bounds(loaded: Loaded, filters: Filters) -> list[float] | None:
    """West, south, east and north of where the enterprises in scope lie, the outermost ones left out."""
    text = """select quantile_cont(lon_deg, [0.005, 0.995]) as lon, quantile_cont(lat_deg, [0.005, 0.995]) as lat
        from enterprises where lon_deg is not null and lat_deg is not null"""
    with scoped(loaded, filters) as db:
        lon, lat = db.execute(text).fetchall()[0]
    return [round(x, 3) for x in (lon[0], lat[0], lon[1], lat[1])] if lon else None


def _reached(loaded: Loaded, region: str) -> bool:
    db = loaded.cursor()
    named = {name: parameters(db, "clues", Filters(region=region))[name] for name in REGION}
    return bool(db.execute(f"select 1 {IN_REGION} limit 1", {**named, "day": loaded.manifest.as_of[:10]}).fetchall())


def _rows(loaded: Loaded, question: str, filters: Filters, product: str) -> list[Row]:
    db = loaded.cursor()
    named = {name: parameters(db, "clues", filters)[name] for name in REGION}
    asked = {**named, "product": product, "end": last_day(loaded, filters)}
    return list(db.sql(sql(f"wall/{question}"), params=asked).to_arrow_table().to_pylist())
