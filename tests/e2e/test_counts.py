"""What the browser counts is what the server counts: the same figures by two ways."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from urllib.parse import parse_qsl

import pytest

from dashboard.data import queries
from dashboard.data.filters import Filters, parse
from dashboard.data.metrics import figures
from dashboard.data.vocabulary import first_and_last_day

COMBINATIONS = {
    "nothing": "",
    "province": "region=410000",
    "city": "region=410100",
    "county": "region=410122",
    "municipality": "region=110000",
    "dated group": "region=g:FWP",
    "dated group in its old rounds": "region=g:BTH&rounds=2023-R03,2023-R04",
    "rounds": "rounds=2023-R02,2023-R07",
    "days": "from=2023-03-20&to=2023-05-05",
    "industry": "industry=steel,cement",
    "category and severity": "category=cems,satellite&severity=1",
    "status and pollutant": "status=closed,checking&pollutant=NOx",
    "everything at once": "region=g:YRD&rounds=2023-R01,2023-R02,2023-R06"
    "&industry=steel,chemical&severity=1,2&category=cems",
    "nobody": "region=999999",
}
STAGES = {"pushed": 1, "answered": 2, "verdict": 4, "fixed": 16}


def put(screen, query: str) -> None:
    """Filter as the address would; the map is left where it is."""
    script = """query => { const p = new URLSearchParams(query), d = lookout.state.DEFAULTS, next = {day: ''};
      for (const n of lookout.state.STEPS) { const t = p.get(n);
        next[n] = t === null ? d[n] : Array.isArray(d[n]) ? t.split(',').sort() : t; }
      lookout.state.set(next); lookout.refresh(); }"""
    screen.after(lambda: screen.page.evaluate(script, query))


def server_figures(loaded, filters: Filters) -> dict[str, int]:
    db, as_of = loaded.cursor(), loaded.manifest.as_of[:10]
    clues = queries.export(db, "clues", filters, as_of)
    stages = clues["stages"].to_pylist()
    checks = queries.export(db, "checks", filters, as_of).to_pylist()
    return {
        "clues": clues.num_rows,
        **{name: sum(bool(stage & bit) for stage in stages) for name, bit in STAGES.items()},
        "enterprises": queries.export(db, "enterprises", filters, as_of).num_rows,
        "checked": sum(row["enterprises_checked"] for row in checks),
        "problems": sum(row["problems"] for row in checks),
        "prominent": sum(row["prominent_problems"] for row in checks),
        "hot": valid_cells(loaded, filters),
    }


def valid_cells(loaded, filters: Filters) -> int:
    """Cells whose newest sighting is no more than ten days old at the end of the scope."""
    db = loaded.cursor()
    ends = [date.fromisoformat(first_and_last_day(loaded)[1])]
    if filters.to_date:
        ends.append(filters.to_date)
    if filters.rounds:
        last = db.execute(
            "select max(to_date) from rounds where list_contains($1, round_code)", [list(filters.rounds)]
        ).fetchall()
        ends.append(last[0][0] - timedelta(days=1))
    end = min(ends)
    newest: dict[tuple[int, int], date] = {}
    for row in queries.export(db, "hotspots", filters, "").to_pylist():
        if row["product"] == "PM25" and row["date"] <= end:
            key = (row["cell_col"], row["cell_row"])
            newest[key] = max(newest.get(key, row["date"]), row["date"])
    return sum((end - day).days <= 10 for day in newest.values())


@pytest.mark.parametrize("query", COMBINATIONS.values(), ids=COMBINATIONS.keys())
def test_the_figures_of_the_strip_are_the_servers(screen, site, query):
    filters, ignored = parse(dict(parse_qsl(query)))
    assert not ignored
    put(screen, query)
    assert screen.kpis() == server_figures(site.app.store.current(), filters)


IN_THE_DICTIONARY = {
    "clues": "clues",
    "pushed": "clues_pushed",
    "answered": "clues_answered",
    "verdict": "clues_with_verdict",
    "fixed": "clues_fixed",
    "enterprises": "enterprises",
    "checked": "enterprises_checked",
    "problems": "problems",
    "prominent": "prominent_problems",
    "hot": "hot_cells_valid_pm25",
}


@pytest.mark.parametrize("query", COMBINATIONS.values(), ids=COMBINATIONS.keys())
def test_the_figures_of_the_strip_are_those_of_the_dictionary(screen, site, query):
    filters, _ = parse(dict(parse_qsl(query)))
    put(screen, query)
    answered = figures(site.app.store.current(), filters, IN_THE_DICTIONARY.values())["metrics"]
    by_id = {one["id"]: one["value"] for one in answered}
    shown = screen.kpis()
    assert {key: by_id[metric] or 0 for key, metric in IN_THE_DICTIONARY.items()} == {
        key: shown[key] for key in IN_THE_DICTIONARY
    }


@pytest.mark.parametrize("query", ["", "region=410000&severity=1", "region=g:BTH&rounds=2023-R06"])
def test_the_figures_of_each_region_are_the_servers(screen, site, query):
    filters, _ = parse(dict(parse_qsl(query)))
    put(screen, query)
    loaded = site.app.store.current()
    clues = queries.export(loaded.cursor(), "clues", filters, "")
    by_county = Counter(index for index in clues["county_idx"].to_pylist() if index is not None)
    shown = screen.page.evaluate("() => [...lookout.last().clues.byPlace]")
    assert {index: shown[index] for index in by_county} == dict(by_county)
    levels = dict(loaded.cursor().execute("select place_idx, level from places").fetchall())
    assert sum(n for index, n in enumerate(shown) if levels[index] == 2) == sum(by_county.values())
    assert sum(n for index, n in enumerate(shown) if levels[index] == 0) == screen.kpi("clues")


@pytest.mark.parametrize("query", ["", "region=410000&severity=1", "rounds=2023-R02&industry=steel"])
def test_the_bars_are_the_servers(screen, site, query):
    filters, _ = parse(dict(parse_qsl(query)))
    put(screen, query)
    clues = queries.export(site.app.store.current().cursor(), "clues", filters, "")
    counted = Counter(clues["category"].to_pylist())
    assert {key: n for key, n in screen.bars("categories").items() if n} == dict(counted)
    ranking = screen.page.evaluate(
        "() => { const t = lookout.charts.graph('situation-ranking').data[0]; return [t.customdata, t.x]; }"
    )
    industries = Counter(clues["industry"].to_pylist())
    assert sorted(ranking[1], reverse=True) == list(ranking[1])
    if "industry" not in query:
        assert {code: industries[code] for code in ranking[0]} == dict(zip(*ranking, strict=True))


@pytest.mark.parametrize("query", ["", "industry=steel", "region=410000"])
def test_the_cells_of_the_heat_map_are_the_servers(screen, site, query):
    filters, _ = parse(dict(parse_qsl(query)))
    put(screen, query)
    rows = queries.export(site.app.store.current().cursor(), "checks", filters, "").to_pylist()
    level = "city_zh" if filters.region else "province_zh"
    expected: Counter = Counter()
    for row in rows:
        expected[row[level], row["round_code"]] += row["enterprises_checked"]
    shown = screen.page.evaluate(
        """() => { const names = lookout.charts.graph('situation-heatmap').data[0].y;
          return lookout.heatRows.flatMap((r, i) => [...r.cells]
            .map(([k, t]) => [names[i], lookout.config.rounds[k].code, t.checked])); }"""
    )
    assert {(name, code): n for name, code, n in shown} == dict(expected)
