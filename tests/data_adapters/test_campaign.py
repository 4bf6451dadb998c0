from __future__ import annotations

import datetime as dt
import re
import unicodedata

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
import shapely

from data_adapters.campaign import CAMPAIGN, SIZES, campaign_tables, grid, names, sizes
from data_adapters.campaign.invented import columns
from data_adapters.campaign.life import all_states, load_transitions
from data_adapters.source import AdapterError
from data_adapters.sources.boundaries import BOUNDARIES
from data_adapters.tables import TABLES

SEED = 7
NOT_GIVEN = {"regions", "boundary_lines", "satellite_detections", "cems_readings", "plumes"}
TINY_PREFIXES = ("1403", "4112", "4106", "3407", "3704", "3405")


def _silent(_step: str) -> None:
    return None


@pytest.fixture(scope="module")
def regions() -> pa.Table:
    table = BOUNDARIES.read([], {"level": "county"}).tables["regions"]
    is_near = pc.is_in(pc.utf8_slice_codeunits(table["adcode"], 0, 4), pa.array(TINY_PREFIXES))
    return table.filter(pc.and_(is_near, pc.equal(table["level"], "county")))


@pytest.fixture(scope="module")
def tables(regions: pa.Table) -> dict[str, pa.Table]:
    return campaign_tables(SIZES["tiny"], SEED, regions, _silent)


def _column(table: pa.Table, name: str) -> np.ndarray:
    return np.array(table[name].to_pylist(), dtype=object)


def _last_events(tables: dict[str, pa.Table]) -> list[dict[str, object]]:
    last = {row["clue_id"]: row for row in tables["clue_events"].to_pylist()}
    return list(last.values())


def _check_digit(code: str) -> str:
    total = sum(names.ALPHABET.index(sign) * weight for sign, weight in zip(code[:17], names.WEIGHTS, strict=True))
    return names.ALPHABET[-total % 31]


def test_campaign_gives_every_table_but_the_boundaries(tables):
    assert set(tables) == set(TABLES) - NOT_GIVEN


def test_same_seed_gives_the_same_tables_and_another_seed_does_not(tables, regions):
    again = campaign_tables(SIZES["tiny"], SEED, regions, _silent)
    other = campaign_tables(SIZES["tiny"], SEED + 1, regions, _silent)
    assert [name for name in tables if not tables[name].equals(again[name])] == []
    assert not tables["clues"].equals(other["clues"])


@pytest.mark.parametrize("name", sorted(set(TABLES) - NOT_GIVEN))
def test_keys_are_unique(tables, name):
    table = tables[name]
    assert table.group_by(list(TABLES[name].key)).aggregate([]).num_rows == table.num_rows > 0


@pytest.mark.parametrize(
    ("child", "column", "parent", "key"),
    [
        ("outlets", "enterprise_id", "enterprises", "enterprise_id"),
        ("emission_series", "outlet_id", "outlets", "outlet_id"),
        ("inspections", "enterprise_id", "enterprises", "enterprise_id"),
        ("inspections", "team_code", "teams", "team_code"),
        ("inspections", "round_code", "rounds", "round_code"),
        ("problems", "inspection_id", "inspections", "inspection_id"),
        ("clues", "enterprise_id", "enterprises", "enterprise_id"),
        ("clues", "round_code", "rounds", "round_code"),
        ("clue_events", "clue_id", "clues", "clue_id"),
        ("clue_events", "team_code", "teams", "team_code"),
        ("enterprises", "city_adcode", "region_groups", "city_adcode"),
    ],
)
def test_references_hold(tables, child, column, parent, key):
    used, known = tables[child][column].drop_null(), tables[parent][key]
    assert pc.all(pc.is_in(used, known.combine_chunks())).as_py()


@pytest.mark.parametrize(
    ("table", "column", "file", "key"),
    [
        ("enterprises", "industry_code", "industries", "code"),
        ("problems", "problem_type", "problem_types", "code"),
        ("clues", "rule_id", "rules", "rule_id"),
        ("clues", "category", "clue_categories", "code"),
    ],
)
def test_codes_are_those_of_the_reference(tables, table, column, file, key):
    assert set(tables[table][column].to_pylist()) <= set(columns(file, is_shared=True)[key])


def test_outlet_and_enterprise_agree_in_the_emission_series(tables):
    owner = dict(zip(*(tables["outlets"][name].to_pylist() for name in ("outlet_id", "enterprise_id")), strict=True))
    series = tables["emission_series"].slice(0, 5000)
    pairs = zip(series["outlet_id"].to_pylist(), series["enterprise_id"].to_pylist(), strict=True)
    assert all(owner[outlet] == enterprise for outlet, enterprise in pairs)


def test_every_event_is_legal_and_follows_the_one_before(tables):
    steps = columns("states", is_shared=True)
    legal = set(zip(*(steps[name] for name in ("from_state", "event", "to_state", "role")), strict=True))
    before: dict[str, tuple[int, dt.datetime, str]] = {}
    for row in tables["clue_events"].to_pylist():
        assert (row["from_state"] or "", row["event"], row["to_state"], row["role"]) in legal
        sequence, at, state = before.get(row["clue_id"], (0, dt.datetime.min, None))
        assert (row["sequence"], row["from_state"]) == (sequence + 1, state)
        assert row["at"] > at
        before[row["clue_id"]] = (row["sequence"], row["at"], row["to_state"])
    assert len(before) == tables["clues"].num_rows


def test_every_step_the_campaign_knows_is_in_the_reference():
    assert set(load_transitions().states) == set(all_states())


def test_every_state_is_somebodys_last(tables):
    assert {row["to_state"] for row in _last_events(tables)} == set(all_states())


def test_nothing_happens_after_the_campaigns_now(tables):
    assert pc.max(tables["clue_events"]["at"]).as_py() <= sizes.SIZES["tiny"].as_of
    assert pc.max(tables["clues"]["detected_at"]).as_py() <= sizes.SIZES["tiny"].as_of
    assert pc.max(tables["inspections"]["checked_date"]).as_py() <= sizes.SIZES["tiny"].as_of.date()
    assert pc.max(tables["satellite_grid"]["date"]).as_py() <= sizes.SIZES["tiny"].as_of.date()


def test_deadlines_lie_after_the_event_that_set_them(tables):
    events = tables["clue_events"].drop_null()
    assert pc.all(pc.greater(events["due_at"], events["at"])).as_py()


def test_old_rounds_are_mostly_closed_and_the_last_is_not(tables):
    rounds = dict(zip(*(tables["clues"][name].to_pylist() for name in ("clue_id", "round_code")), strict=True))
    done = ("CLOSED", "DISCARDED", "MERGED")
    share = {
        code: np.mean([row["to_state"] in done for row in _last_events(tables) if rounds[row["clue_id"]] == code])
        for code in ("2023-R02", "2023-R08")
    }
    assert share["2023-R02"] > 0.75
    assert share["2023-R08"] < 0.6


def test_confirmed_share_of_verdicts_is_as_planned(tables):
    events = _column(tables["clue_events"], "event")
    confirmed, denied = (events == "confirm").sum(), (events == "deny").sum()
    assert 0.52 < confirmed / (confirmed + denied) < 0.70


def test_problems_are_in_the_published_proportions(tables):
    inspections, problems = tables["inspections"], tables["problems"]
    distinct = inspections.group_by(["round_code", "enterprise_id"]).aggregate([]).num_rows
    assert distinct == SIZES["tiny"].checks_per_round * 8
    assert problems.num_rows / distinct == pytest.approx(28_000 / 8_715, rel=0.01)
    assert pc.sum(problems["is_prominent"]).as_py() / distinct == pytest.approx(3_706 / 8_715, rel=0.01)
    assert SIZES["small"].checks_per_round * 8 * sizes.PROBLEMS_PER_ENTERPRISE == pytest.approx(28_000, rel=0.01)


def test_a_third_to_a_half_of_the_checked_have_no_problem(tables):
    per_check = tables["problems"].group_by("inspection_id").aggregate([]).num_rows / tables["inspections"].num_rows
    assert 0.5 < per_check < 0.68


def test_falsification_grows_over_the_rounds(tables):
    problems = tables["problems"]
    kinds = pa.array(["cems_falsification", "self_monitoring_falsification", "evasion"])
    is_false = np.array(pc.is_in(problems["problem_type"], kinds).to_pylist())
    late = _column(problems, "round_code") >= "2023-R05"
    assert is_false[late].mean() > is_false[~late].mean()


def test_points_lie_inside_their_county(tables, regions):
    shapes = dict(zip(regions["adcode"].to_pylist(), regions["geometry_wkb"].to_pylist(), strict=True))
    placed = tables["enterprises"].filter(tables["enterprises"]["lon_deg"].is_valid())
    for code in placed["county_adcode"].unique().to_pylist():
        here = placed.filter(pc.equal(placed["county_adcode"], code))
        shape = shapely.make_valid(shapely.from_wkb(shapes[code]))
        assert shapely.contains_xy(shape, here["lon_deg"].to_numpy(), here["lat_deg"].to_numpy()).all()


def test_some_coordinates_are_missing_or_wrong(tables):
    status = _column(tables["enterprises"], "coordinate_status")
    assert {"ok", "missing", "outside_county"} <= set(status)
    assert (status == "ok").mean() > 0.9
    unknown = tables["enterprises"].filter(pa.array(status == "missing"))
    assert unknown["lon_deg"].null_count == unknown.num_rows


def test_every_name_says_it_is_invented(tables):
    written = tables["enterprises"]["name"].to_pylist()
    assert all("模拟" in name for name in written)
    assert len(set(written)) == len(written)
    assert set(names.HOSTILE_NAMES) <= set(written)
    assert all("模拟" in leader for leader in tables["teams"]["leader"].to_pylist())


def test_credit_codes_are_right_in_form_and_impossible_in_division(tables):
    codes = tables["enterprises"]["uscc"].to_pylist()
    assert all(re.fullmatch(r"[0-9A-HJ-NPQRTUWXY]{18}", code) and code[2:8] == "990000" for code in codes)
    assert all(_check_digit(code) == code[17] for code in codes)


def test_the_check_digit_of_the_standards_own_example_is_right():
    assert _check_digit("91350100M000100Y43") == "3"  # GB 32100-2015


def test_membership_changes_between_the_fourth_and_fifth_round(tables):
    fifth = tables["rounds"].filter(pc.equal(tables["rounds"]["round_code"], "2023-R05"))["from_date"][0].as_py()
    groups = {(row["city_adcode"], row["group_code"]): row for row in tables["region_groups"].to_pylist()}
    assert groups["140300", "BTH"]["valid_to"] == groups["140300", "FWP"]["valid_from"] == fifth
    assert groups["411200", "FWP"]["valid_to"] == groups["411200", "BTH"]["valid_from"] == fifth
    assert groups["340700", "YRD"]["valid_to"] == groups["370400", "BTH"]["valid_from"] == fifth
    assert groups["340500", "YRD"]["valid_to"] is None


def test_checks_stay_in_the_scope_of_their_day(tables):
    city = dict(
        zip(*(tables["enterprises"][name].to_pylist() for name in ("enterprise_id", "city_adcode")), strict=True)
    )
    for row in tables["inspections"].to_pylist():
        is_old = row["round_code"] <= "2023-R04"
        assert city[row["enterprise_id"]] not in (("370400",) if is_old else ("340700",))


def test_checks_lie_within_their_round(tables):
    spans = {row["round_code"]: (row["from_date"], row["to_date"]) for row in tables["rounds"].to_pylist()}
    for row in tables["inspections"].to_pylist():
        first, after = spans[row["round_code"]]
        assert first <= row["checked_date"] < after


def test_rounds_follow_each_other_without_gap(tables):
    rounds = tables["rounds"].to_pylist()
    assert rounds[0]["from_date"] == dt.date(2023, 3, 2)
    assert rounds[-1]["to_date"] == dt.date(2023, 6, 22)
    assert all(a["to_date"] == b["from_date"] for a, b in zip(rounds, rounds[1:], strict=False))


def test_clues_are_about_an_enterprise_or_a_cell(tables):
    clues = tables["clues"]
    assert pc.all(pc.xor(clues["enterprise_id"].is_valid(), clues["cell_id"].is_valid())).as_py()
    assert 0.7 < 1 - clues["enterprise_id"].null_count / clues.num_rows < 0.9
    assert all(re.fullmatch(r"G3-\d{4}-\d{4}", cell) for cell in clues["cell_id"].drop_null().to_pylist())
    assert all(re.fullmatch(r"[0-9a-f]{16}", clue) for clue in clues["clue_id"].to_pylist())
    assert pc.all(pc.less(clues["window_from"], clues["window_to"])).as_py()
    assert pc.all(pc.less(clues["window_to"], clues["detected_at"])).as_py()


def test_clouds_hide_about_half_and_hidden_is_not_clean(tables):
    table = tables["satellite_grid"]
    pm25 = table.filter(pc.equal(table["product"], "PM25"))
    assert 0.42 < pc.mean(pm25["is_valid"].cast(pa.float64())).as_py() < 0.62
    assert pm25.filter(pm25["is_valid"])["value"].null_count == 0
    assert pm25.filter(pc.invert(pm25["is_valid"]))["value"].null_count > 0


def test_few_outlet_days_are_over_the_limit_and_fewer_later(tables):
    series = tables["emission_series"]
    over = pc.fill_null(pc.greater(series["concentration_mg_m3"], series["limit_mg_m3"]), False)
    days = series.append_column("over", over).group_by(["outlet_id", "date"]).aggregate([("over", "any")])
    share = np.array(days["over_any"].to_pylist(), dtype=float)
    late = _column(days, "date") >= dt.date(2023, 4, 27)
    assert 0.005 < share.mean() < 0.04
    assert share[late].mean() < share[~late].mean()
    assert pc.all(pc.less_equal(series["exceed_hours"], series["valid_hours"])).as_py()


def test_cells_are_those_of_the_national_grid():
    col, row = grid.to_cell(np.array([116.39747, 117.4693]), np.array([39.90872, 31.8879]))
    assert list(grid.cell_ids(col, row)) == ["G3-1318-1448", "G3-1386-1152"]
    lon, lat = grid.centre(col, row)
    assert [values.tolist() for values in grid.to_cell(lon, lat)] == [col.tolist(), row.tolist()]


def test_names_hold_no_unprintable_but_the_deliberate_ones(tables):
    signs = {sign for name in tables["enterprises"]["name"].to_pylist() for sign in name}
    assert {sign for sign in signs if unicodedata.category(sign).startswith("C")} == {"\u202e", "\u202c"}


@pytest.mark.parametrize(
    ("options", "hint"),
    [({"size": "smal"}, "small"), ({"seed": "x"}, "whole number"), ({"seeds": 1}, "seed")],
    ids=["unknown size", "bad seed", "unknown option"],
)
def test_a_wrong_option_is_named(options, hint):
    with pytest.raises(AdapterError, match=hint):
        CAMPAIGN.read([], options)


def test_divisions_without_the_cities_are_refused_by_name(regions):
    with pytest.raises(AdapterError, match="140300"):
        CAMPAIGN.read([], {"size": "tiny", "regions": regions.slice(0, 0)})


def test_what_was_discarded_or_not_confirmed_has_a_cause_that_fits_its_category_and_nothing_else_has(tables):
    category = dict(zip(*(tables["clues"][name].to_pylist() for name in ("clue_id", "category")), strict=True))
    given = columns("false_alarms")
    known = set(zip(given["category"], given["cause"], strict=True))
    events = tables["clue_events"].to_pylist()
    false = [row for row in events if row["to_state"] in ("DISCARDED", "NOT_CONFIRMED")]
    assert false and all((category[row["clue_id"]], row["cause"]) in known for row in false)
    assert all(row["cause"] is None for row in events if row["to_state"] not in ("DISCARDED", "NOT_CONFIRMED"))
    assert len({row["cause"] for row in false}) > 4 and "falsification" not in {row["cause"] for row in false}
