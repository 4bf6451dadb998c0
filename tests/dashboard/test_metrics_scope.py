"""Figures under a filter: narrowed exactly as the screens narrow, against counts that share no SQL with them."""

from __future__ import annotations

import gzip
import json
from datetime import date, datetime, timedelta
from threading import Thread

import numpy as np
import pyarrow.parquet as pq
import pytest
from metrics_recount import durations, recount
from recount import Recount
from snapshot_builders import doctored, source_failed
from test_queries import MOVED, SCOPES, filters_of

from dashboard.data import metrics, queries
from dashboard.data.filters import Filters
from dashboard.data.store import Store
from dashboard.data.vocabulary import first_and_last_day
from fusion.errors import FusionError
from fusion.metrics import dictionary, measure

AS_OF = "2023-06-21"
KNOWN = [name for name, one in dictionary().metric.items() if one.numerator]
DURATIONS = [name for name in KNOWN if dictionary().metric[name].kind == "duration"]
scopes = pytest.mark.parametrize("query", SCOPES.values(), ids=SCOPES.keys())


class Narrowed:
    """The rows in scope by numpy masks, as plain rows."""

    def __init__(self, count: Recount) -> None:
        names = ("clues", "clue_events", "checks", "problems", "enterprises", "hotspots", "coverage", "emission_daily",
                 "dossier_facts", "working_days")  # fmt: skip
        self._count = count
        self._rows = {name: pq.read_table(count.snapshot.table(name)) for name in names}

    def tables(self, filters: Filters) -> dict:
        count, rows = self._count, self._rows
        keep = {"clues": count.clue_mask(filters), "checks": count.check_mask(filters)}
        clue_ids = set(count.clues["clue_id"][keep["clues"]])
        checks = {row["inspection_id"] for row in self._kept("checks", keep["checks"])}
        firms = count.enterprise_ids(filters, date.fromisoformat(AS_OF))
        cells = count.hotspot_keys(filters)
        keep["coverage"] = self._coverage(filters)
        keep["emission_daily"] = self._emissions(filters)
        answer = {name: self._kept(name, mask) for name, mask in keep.items()}
        answer["clue_events"] = [row for row in rows["clue_events"].to_pylist() if row["clue_id"] in clue_ids]
        answer["problems"] = [row for row in rows["problems"].to_pylist() if row["inspection_id"] in checks]
        answer["enterprises"] = [row for row in rows["enterprises"].to_pylist() if row["enterprise_id"] in firms]
        answer["dossier_facts"] = rows["dossier_facts"].to_pylist()  # empty: this campaign has no registers
        answer["hotspots"] = [
            row
            for row in rows["hotspots"].to_pylist()
            if (row["product"], str(row["date"]), row["cell_col"], row["cell_row"]) in cells
        ]
        answer["working_days"] = self._rows["working_days"].to_pylist()
        return answer

    def _kept(self, name: str, mask: np.ndarray) -> list[dict]:
        return self._rows[name].filter(mask).to_pylist()

    def _days(self, filters: Filters, days: np.ndarray) -> np.ndarray:
        """Days in the chosen dates and rounds."""
        keep = np.ones(len(days), dtype=bool)
        if filters.from_date:
            keep &= days >= np.datetime64(filters.from_date)
        if filters.to_date:
            keep &= days < np.datetime64(filters.to_date + timedelta(days=1))
        if filters.rounds:
            rounds, inside = self._count.rounds, np.zeros(len(days), dtype=bool)
            for i in np.flatnonzero(np.isin(rounds["round_code"], filters.rounds)):
                inside |= (days >= rounds["from_date"][i]) & (days < rounds["to_date"][i])
            keep &= inside
        return keep

    def _coverage(self, filters: Filters) -> np.ndarray:
        count, rows = self._count, self._count.coverage
        days, region = rows["date"].astype("datetime64[D]"), filters.region
        place = count.place(region) if region and not region.startswith("g:") else -1
        if place >= 0 and count.places["level"][place] == 2:
            return (rows["city_idx"] == count.places["parent_idx"][place]) & self._days(filters, days)
        counties = {"county_idx": np.full(len(days), 65535)}
        return count.in_region(region, rows | counties, days) & self._days(filters, days)

    def _emissions(self, filters: Filters) -> np.ndarray:
        count, rows, own = self._count, self._count.emission_daily, self._count.enterprises
        days = rows["date"].astype("datetime64[D]")
        owner = {name: values[rows["enterprise_idx"]] for name, values in own.items()}
        keep = count.in_region(filters.region, owner, days) & self._days(filters, days) & count._extent(filters, owner)
        if filters.industry:
            keep &= np.isin(owner["industry_idx"], count.industries_of(filters.industry))
        if filters.pollutant:
            keep &= rows["pollutant"] == filters.pollutant
        return keep


@pytest.fixture(scope="module")
def narrowed(recount):
    return Narrowed(recount)


def told(loaded, query, ids=KNOWN):
    return {one["id"]: one for one in metrics.figures(loaded, filters_of(query), ids)["metrics"]}


def last_day_of(loaded, filters: Filters) -> date:
    """The end of the scope: of the data, of the dates, or of the rounds, whichever is first."""
    ends = [date.fromisoformat(first_and_last_day(loaded)[1])]
    ends += [filters.to_date] if filters.to_date else []
    if filters.rounds:
        asked = "select max(to_date) - 1 from rounds where list_contains($1, round_code)"
        ends += [end for (end,) in loaded.cursor().execute(asked, [list(filters.rounds)]).fetchall() if end]
    return min(ends)


@scopes
def test_every_figure_is_what_an_independent_count_finds(loaded, narrowed, query):
    found = told(loaded, query)
    tables, as_of = narrowed.tables(filters_of(query)), datetime.fromisoformat(loaded.manifest.as_of)
    for name, expected in recount(tables, as_of, last_day_of(loaded, filters_of(query))).items():
        one = found[name]
        if expected is None:
            assert one["value"] is None and one["lacks"], name
            continue
        assert (one["numerator"], one["denominator"]) == expected, name
        assert (one["value"] is not None) == one["is_enough"] == (expected[1] is None or expected[1] >= 20), name
        if expected[1] and one["is_enough"]:
            assert one["value"] == pytest.approx(expected[0] / expected[1]), name
    for name, hours in durations(tables, as_of).items():
        assert found[name]["value"] == (pytest.approx(hours) if found[name]["is_enough"] else None), name


@scopes
def test_figures_are_those_of_the_questions_the_screens_ask(loaded, query):
    found, filters = told(loaded, query), filters_of(query)
    assert found["clues"]["value"] == queries.clue_rows(loaded.cursor(), filters, 0, 1)[1]
    clues = queries.export(loaded.cursor(), "clues", filters, AS_OF)["stages"].to_pylist()
    for name, bit in (("clues_pushed", 1), ("clues_with_verdict", 4), ("clues_confirmed", 8), ("clues_overdue", 64)):
        assert found[name]["value"] == sum(1 for stages in clues if stages & bit), name
    cells = queries.export(loaded.cursor(), "checks", filters, AS_OF).to_pylist()
    columns = {
        "checks": "checks",
        "problems": "problems",
        "prominent_problems": "prominent_problems",
        "enterprises_checked": "enterprises_checked",
        "enterprises_with_problems": "enterprises_with_problems",
    }
    for name, column in columns.items():
        assert found[name]["value"] == sum(row[column] for row in cells), name
    assert found["enterprises"]["value"] == queries.export(loaded.cursor(), "enterprises", filters, AS_OF).num_rows


@pytest.mark.parametrize("query", ["", "region=140000", f"region={MOVED}", "region=g:BTH", "industry=steel"])
def test_hours_above_the_limit_are_those_of_the_trend(loaded, query):
    trend = queries.trend(loaded.cursor(), filters_of(query))
    found = told(loaded, query)["exceedance_hour_share"]
    assert found["numerator"] == sum(sum(rows["exceed_hours"]) for rows in trend.values())
    assert found["denominator"] == sum(sum(rows["valid_hours"]) for rows in trend.values())


def test_narrowing_leaves_the_snapshot_and_other_cursors_alone(loaded):
    with metrics.scoped(loaded, filters_of("region=140000")) as db:
        ((narrow,),) = db.execute("select count(*) from clues").fetchall()
        ((whole,),) = loaded.cursor().execute("select count(*) from clues").fetchall()
    assert 0 < narrow < whole
    assert loaded.cursor().execute("select count(*) from clues").fetchall() == [(whole,)]
    assert loaded.cursor().execute("select count(*) from duckdb_tables() where temporary").fetchall() == [(0,)]


def test_many_readers_at_once_get_their_own_figures(loaded):
    expected = {query: told(loaded, query)["clues"]["value"] for query in SCOPES.values()}
    wrong = []

    def ask(query):
        if told(loaded, query)["clues"]["value"] != expected[query]:
            wrong.append(query)

    threads = [Thread(target=ask, args=(query,)) for query in list(SCOPES.values())[:8]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.parametrize("text", ["' or 1=1 --", "{clues}", "$cities", "'); drop table clues; --"])
def test_sql_in_a_filter_is_a_word_that_matches_nothing(loaded, text):
    found = metrics.figures(loaded, Filters(rounds=(text,), industry=(text,), region=text), ["clues", "checks"])
    assert [one["value"] for one in found["metrics"]] == [0, 0]


# --- rounds and ranks -----------------------------------------------------------------------------------------------


def test_a_city_that_changed_its_group_is_not_compared_across_the_change(loaded, recount):
    """Yangquan belongs to BTH until round 4 and to FWP from round 5 on."""
    city = recount.place(MOVED)
    found = metrics.round_on_round(loaded, filters_of("region=g:BTH"), "problems_per_enterprise", "2023-R05")
    inside = {}
    for code in ("2023-R04", "2023-R05"):
        mask = recount.check_mask(filters_of(f"region=g:BTH&rounds={code}"))
        inside[code] = set(recount.checks["city_idx"][mask].tolist())
    assert city in inside["2023-R04"] - inside["2023-R05"]
    common = inside["2023-R04"] & inside["2023-R05"]
    assert found.n_cities == len(common)
    for side, code in ((found.now, "2023-R05"), (found.before, "2023-R04")):
        mask = recount.check_mask(filters_of(f"region=g:BTH&rounds={code}"))
        mask &= np.isin(recount.checks["city_idx"], list(common))
        assert side.denominator == len(set(recount.checks["enterprise_idx"][mask]))
        assert side.numerator == recount.checks["n_problems"][mask].sum()
    lists = next(note for note in found.notes if note.key == "city_list_changed")
    assert (lists.now, lists.before) == tuple(
        len(inside[one] - inside[other]) for one, other in (("2023-R05", "2023-R04"), ("2023-R04", "2023-R05"))
    )


def test_the_chosen_rounds_and_dates_do_not_hide_the_round_before(loaded):
    whole = metrics.round_on_round(loaded, Filters(), "problem_found_rate", "2023-R03")
    chosen = filters_of("rounds=2023-R03&from=2023-03-30&to=2023-04-10")
    assert metrics.round_on_round(loaded, chosen, "problem_found_rate", "2023-R03") == whole
    assert whole.now.denominator and whole.before.denominator


@pytest.mark.parametrize("by", ["city", "county", "industry"])
def test_the_ranking_is_of_those_in_scope_with_their_own_numbers(loaded, recount, by):
    filters = filters_of("region=140000")
    found = metrics.ranking(loaded, filters, "problem_found_rate", by)
    mask = recount.check_mask(filters)
    members = recount.checks[f"{by}_idx"]
    assert {one.idx for one in found} == set(members[mask].tolist()) - {65535, 255}
    for one in found:
        own = mask & (members == one.idx)
        rounds, firms = (recount.checks[name][own].tolist() for name in ("round_idx", "enterprise_idx"))
        pairs = set(zip(rounds, firms, strict=True))
        assert one.measured.denominator == len(pairs)
        assert (one.place is None) == (len(pairs) < 20)
    lows = [one.measured.low for one in found if one.place]
    assert lows == sorted(lows, reverse=True)


@pytest.mark.parametrize("metric_id", ["hit_rate", "on_time_rate", "falsification_share"])
def test_clues_and_problems_are_ranked_too(loaded, metric_id):
    for one in metrics.ranking(loaded, Filters(), metric_id, "industry")[:3]:
        with metrics.scoped(loaded, Filters()) as db:
            code = db.execute("select code from industries where industry_idx = $i", {"i": one.idx}).fetchall()[0][0]
        with metrics.scoped(loaded, Filters(industry=(code,))) as db:
            assert measure(db, [metric_id])[0] == one.measured


# --- the address ----------------------------------------------------------------------------------------------------


def test_the_address_answers_all_figures_and_is_kept_until_somebody_acts(client, data):
    response = client.get(f"{data}/metrics.json?region=140000&lang=en")
    assert response.status_code == 200 and response.mimetype == "application/json"
    assert "no-cache" in response.headers["Cache-Control"] and "immutable" not in response.headers["Cache-Control"]
    again = {"If-None-Match": response.headers["ETag"]}
    assert client.get(f"{data}/metrics.json?region=140000&lang=en", headers=again).status_code == 304
    answer = response.get_json() if not response.content_encoding else json.loads(gzip.decompress(response.data))
    assert [one["id"] for one in answer["metrics"]] == list(dictionary().metric)
    assert answer["filters"] == "region=140000" and answer["is_synthetic"] is True
    for one in answer["metrics"]:
        assert one["name_zh"] and one["definition_en"] and set(one["warnings"]) <= set(answer["warnings"])
        assert (one["value"] is None) == bool(one["why_zh"]) == bool(one["why_en"]) == (not one["is_enough"])


def test_another_filter_is_another_answer_and_an_unknown_snapshot_none(client, data):
    asked = [client.get(f"{data}/metrics.json?{query}").data for query in ("", "rounds=2023-R03", "")]
    assert asked[0] == asked[2] != asked[1]
    assert client.get("/data/20000101T000000Z-00000000/metrics.json").status_code == 404


def test_a_source_that_failed_is_not_available_and_never_zero(root, tmp_path):
    doctored(root, tmp_path, manifest=source_failed("inspections", "no such file"))
    found = told(Store(tmp_path, "1GB").current(), "")
    for name in ("checks", "enterprises_checked", "problem_found_rate", "problems_per_enterprise"):
        assert found[name]["value"] is None and found[name]["why_en"] == "inspections: could not be read"
        assert found[name]["why_zh"] == "检查记录读取失败"
    assert found["clues"]["value"]


def test_a_figure_that_is_not_there_is_refused(loaded):
    with pytest.raises(FusionError, match=r"metric\.nonsense"):
        metrics.figures(loaded, Filters(), ["nonsense"])
