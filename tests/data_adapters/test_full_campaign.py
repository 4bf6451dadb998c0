from __future__ import annotations

import csv
import datetime as dt
import json
import re
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from scipy.spatial import cKDTree
from typer.testing import CliRunner

from data_adapters.__main__ import app
from data_adapters.campaign import names
from data_adapters.campaign.full import Plan, write_campaign
from data_adapters.campaign.full.ambient import pm25_at
from data_adapters.campaign.full.cases import COMPLIERS, KINDS, LISTED, make_cast
from data_adapters.campaign.full.cells import choose_cells
from data_adapters.campaign.full.columns import credit_codes
from data_adapters.campaign.full.complaints import write_complaints
from data_adapters.campaign.full.components import ground_excess, near_plumes, write_components
from data_adapters.campaign.full.draws import SHIFTS, Draw, draw_for, draw_of
from data_adapters.campaign.full.emergency import write_emergency
from data_adapters.campaign.full.habits import make_habits
from data_adapters.campaign.full.history import make_history
from data_adapters.campaign.full.outlet_cases import RECIPES
from data_adapters.campaign.full.permits import write_permits
from data_adapters.campaign.full.plumes import concentration
from data_adapters.campaign.full.power import write_accounts
from data_adapters.campaign.full.registers import write_registers
from data_adapters.campaign.full.sink import Sink
from data_adapters.campaign.full.sites import make_networks
from data_adapters.campaign.full.world import make_world
from data_adapters.catalogue import AUXILIARY, CATEGORIES, schema, table

SCALE = 0.01
RULES = Path(__file__).parents[2] / "data_adapters" / "reference" / "rules.csv"


def write(out: Path, regions: pa.Table, plan: Plan) -> dict:
    return write_campaign(out, plan, regions, lambda code, rows: None)


@pytest.fixture(scope="module")
def campaign(tmp_path_factory, national_regions) -> Path:
    out = tmp_path_factory.mktemp("campaign")
    write(out, national_regions, Plan(SCALE))
    return out


@pytest.fixture(scope="module")
def ask(campaign):
    """SQL over the campaign: {E01} is a category, {truth} a register."""
    connection = duckdb.connect()
    places = {code: f"'{campaign}/{code}/*.parquet'" for code in CATEGORIES}
    places |= {name: f"'{campaign}/registers/{name}/*.parquet'" for name in AUXILIARY}
    return lambda sql: connection.sql(sql.format(**places)).fetchall()


def truth(ask, rule: str, kind: str = "positive") -> dict:
    row = ask(f"select * from {{truth}} where rule_id = '{rule}' and kind = '{kind}'")[0]
    return dict(zip(schema("truth").names, row, strict=True))


def test_every_category_has_exactly_its_rows(campaign, ask):
    manifest = json.loads((campaign / "manifest.json").read_text(encoding="utf-8"))
    for code, one in CATEGORIES.items():
        wanted = round(one.rows_per_round * SCALE)
        assert ask(f"select count(*) from {{{code}}}") == [(wanted,)], code
        assert manifest["categories"][code] == wanted
    assert manifest["rows"] == sum(manifest["categories"].values())


@pytest.mark.parametrize("scale", [0.0123, 0.137812])
def test_odd_scales_have_their_rows_too(tmp_path, national_regions, scale):
    manifest = write(tmp_path / "odd", national_regions, Plan(scale))
    assert manifest["categories"] == {
        code: max(1, round(one.rows_per_round * scale)) for code, one in CATEGORIES.items()
    }


@pytest.mark.parametrize("code", CATEGORIES)
def test_category_has_the_columns_of_its_table_and_unique_keys(campaign, ask, code):
    one = table(CATEGORIES[code].canonical_table)
    for path in (campaign / code).glob("*.parquet"):
        found = pq.read_schema(path)
        assert found.names == one.schema.names
        assert [field.nullable for field in found] == [field.nullable for field in one.schema]
    key = ", ".join(one.key)
    assert ask(f"select {key} from {{{code}}} group by all having count(*) > 1 limit 3") == []


def test_same_plan_gives_the_same_bytes_and_another_seed_does_not(campaign, tmp_path, national_regions):
    first = json.loads((campaign / "manifest.json").read_text(encoding="utf-8"))
    assert write(tmp_path / "again", national_regions, Plan(SCALE)) == first
    other = write(tmp_path / "again", national_regions, Plan(SCALE, year=2027, number=1, seed=8))
    assert other["round"] == "2027-R01"
    assert other["categories"] == first["categories"]
    assert other["files"]["L01/part-all.parquet"] != first["files"]["L01/part-all.parquet"]
    assert "E01/part-2027-03-02.parquet" in other["files"]


REFERENCES = [
    ("E01", "enterprise_id", "L01", "enterprise_id"),
    ("E01", "outlet_id", "G02", "outlet_id"),
    ("E02", "outlet_id", "E01", "outlet_id"),
    ("E03", "outlet_id", "E01", "outlet_id"),
    ("E04", "outlet_id", "G02", "outlet_id"),
    ("E06", "enterprise_id", "L01", "enterprise_id"),
    ("E08", "outlet_id", "G02", "outlet_id"),
    ("E09", "outlet_id", "G02", "outlet_id"),
    ("F01", "enterprise_id", "L01", "enterprise_id"),
    ("F02", "enterprise_id", "L01", "enterprise_id"),
    ("F03", "outlet_id", "G02", "outlet_id"),
    ("G01", "enterprise_id", "L01", "enterprise_id"),
    ("G02", "permit_no", "G01", "permit_no"),
    ("G03", "permit_no", "G01", "permit_no"),
    ("G04", "permit_no", "G01", "permit_no"),
    ("G05", "enterprise_id", "L01", "enterprise_id"),
    ("H01", "enterprise_id", "L01", "enterprise_id"),
    ("H02", "enterprise_id", "L01", "enterprise_id"),
    ("H02", "round_code", "round_summaries", "round_code"),
    ("I01", "enterprise_id", "L01", "enterprise_id"),
    ("J01", "enterprise_id", "L01", "enterprise_id"),
    ("J03", "enterprise_id", "L01", "enterprise_id"),
    ("A02", "cell_id", "L02", "cell_id"),
    ("A06", "cell_id", "L02", "cell_id"),
    ("B01", "station_id", "sites", "site_id"),
    ("D01", "station_id", "sites", "site_id"),
    ("D02", "station_id", "D01", "station_id"),
    ("K01", "station_id", "sites", "site_id"),
    ("fleet_points", "enterprise_id", "L01", "enterprise_id"),
    ("past_checks", "enterprise_id", "L01", "enterprise_id"),
    ("past_checks", "round_code", "round_summaries", "round_code"),
    ("truth", "enterprise_id", "L01", "enterprise_id"),
]


@pytest.mark.parametrize("link", REFERENCES, ids=lambda link: f"{link[0]}.{link[1]}")
def test_reference_between_categories_holds(ask, link):
    source, column, target, key = link
    found = ask(f"select distinct {column} from {{{source}}} where {column} not in (select {key} from {{{target}}})")
    assert found == []


def test_numbers_of_documents_are_whole(ask):
    numbers = [number for (number,) in ask("select document_no from {J02} union select police_case_no from {H03}")]
    assert len(numbers) > 5
    assert [one for one in numbers if one and not re.fullmatch(r"模拟\w{2}〔2023〕\d+号", one)] == []


def test_checks_of_earlier_years_found_the_problems_that_are_listed_of_them(ask):
    apart = ask(
        """with listed as (
             select round_code, enterprise_id, count(*) n, count(*) filter (is_prominent) p from {H02}
             where round_code not like '2023-%' and problem_id not like 'PROBLEM-P%' group by all)
           select * from {past_checks} c full join listed l using (round_code, enterprise_id)
           where coalesce(c.problems, -1) <> coalesce(l.n, 0) or c.prominent <> coalesce(l.p, 0)"""
    )
    assert apart == []
    seen = ask("select round_code, count(*), count(distinct enterprise_id) from {past_checks} group by 1 order by 1")
    assert [code for code, *_ in seen] == [f"{year}-R{n:02d}" for year in (2021, 2022) for n in range(1, 13)]
    assert all(checks == enterprises > 10 for _, checks, enterprises in seen)
    told = dict(ask("select round_code, enterprises from {round_summaries}"))
    assert all(told[code] == enterprises for code, _, enterprises in seen)


def test_truth_table_has_three_cases_for_every_rule_on_objects_of_their_own(ask):
    with RULES.open(encoding="utf-8-sig", newline="") as file:
        rules = [row["rule_id"] for row in csv.DictReader(file)]
    assert len(rules) == 35
    rows = ask("select rule_id, kind, object_kind, object_id, onset_at is not null from {truth}")
    assert {(rule, kind) for rule, kind, *_ in rows} == {
        (rule, kind) for rule in rules for kind in ("positive", "negative", "lookalike")
    }
    assert len({(kind, name) for _, _, kind, name, _ in rows}) == len(rows) == 105 + len(COMPLIERS)
    assert all(has_onset == (kind == "positive") for _, kind, _, _, has_onset in rows)


def test_a_case_that_is_there_from_the_first_has_its_onset_where_the_data_begin(ask):
    for rule in ("R05", "R16"):
        case = truth(ask, rule)
        first = ask(f"select min(time) from {{E01}} where outlet_id = '{case['outlet_id']}'")[0][0]
        assert case["onset_at"] == case["from_at"] == first


def test_reference_case_has_237_hours_over_the_limit_under_a_fault_flag(ask):
    case = truth(ask, "R01")
    assert case["onset_at"] == dt.datetime(2023, 7, 10, 21)
    limit = ask(f"select limit_mg_m3 from {{G02}} where outlet_id = '{case['outlet_id']}' and pollutant = 'NOx'")
    assert limit == [(50.0,)]
    over = ask(
        f"""select count(*), min(time), min(nox_zs_mg_m3) > 50, bool_and(nox_flag = 'D'), min(o2_pct) < 18
            from {{E01}} where outlet_id = '{case["outlet_id"]}'
            and time >= '2023-07-10 21:00' and time < '2023-07-20 18:00'"""
    )
    assert over == [(237, dt.datetime(2023, 7, 10, 21), True, True, True)]
    first = ask(f"select nox_zs_mg_m3 from {{E01}} where outlet_id='{case['outlet_id']}' and time='2023-07-10 21:00'")
    assert first == [(79.0,)]
    before = (
        f"select max(nox_zs_mg_m3) from {{E01}} where outlet_id = '{case['outlet_id']}' and time < '2023-07-10 21:00'"
    )
    assert ask(before)[0][0] < 50
    dose = ask(
        f"""select median(nh3_flow_kg_h) filter (time >= '2023-07-10 21:00' and time < '2023-07-22')
            / median(nh3_flow_kg_h) filter (time < '2023-07-10 21:00') from {{F03}}
            where outlet_id = '{case["outlet_id"]}'"""
    )
    assert dose[0][0] == pytest.approx(1.4, abs=0.03)
    place = ask(f"select name, county_adcode from {{L01}} where enterprise_id = '{case['enterprise_id']}'")
    assert place[0][1] == "340122"
    assert "模拟" in place[0][0]


def test_transmitted_values_obey_the_oxygen_formula_except_where_it_is_broken(ask):
    wrong = ask(
        """select distinct outlet_id from {E01} join {G02} g using (outlet_id)
           where g.pollutant = 'NOx' and averaging = 'hour' and ref_o2_pct is not null and o2_pct < 20
           and abs(nox_mg_m3 * (21 - ref_o2_pct) / (21 - o2_pct) - nox_zs_mg_m3) > 0.05 * greatest(nox_zs_mg_m3, 1)"""
    )
    assert wrong == [(truth(ask, "R07")["outlet_id"],)]


def test_only_planted_outlets_repeat_a_value_for_four_hours_while_running(ask):
    found = ask(
        """with runs as (select outlet_id, nox_text, flow_m3_h, o2_pct,
             lag(nox_text, 1) over w a, lag(nox_text, 2) over w b, lag(nox_text, 3) over w c
             from {E01} window w as (partition by outlet_id order by time))
           select distinct outlet_id from runs where nox_text = a and a = b and b = c and o2_pct < 18"""
    )
    assert found == [(truth(ask, "R03")["outlet_id"],)]


def test_two_enterprises_send_the_same_values(ask):
    case = truth(ask, "R14")
    pairs = ask(
        f"""select b.outlet_id, count(*) from {{E01}} a join {{E01}} b
            on a.time = b.time and a.nox_text = b.nox_text and a.so2_text = b.so2_text and a.outlet_id < b.outlet_id
            where a.o2_pct < 18 and '{case["outlet_id"]}' in (a.outlet_id, b.outlet_id) group by 1"""
    )
    assert [count for _, count in pairs] == [48]


def test_furnaces_below_850_are_the_planted_ones(ask):
    cold = ask("select furnace_id, mark, count(*) from {E06} where mean_c < 850 group by all order by 1")
    assert cold == [("FURNACE-00000", "normal", 9), ("FURNACE-00002", "shut_down", 12)]


def test_production_without_treatment_is_the_planted_pair(ask):
    found = ask(
        """select pair_id, count(*) from (select pair_id, time,
             bool_or(role = 'production' and kwh > 0.2 * rated_kw) p,
             bool_or(role = 'treatment' and kwh > 0.1 * rated_kw) t,
             bool_or(role = 'treatment') has from {F01} group by all) where p and has and not t group by 1"""
    )
    assert found == [(truth(ask, "R20")["object_id"], 9)]


def test_hot_cells_lie_downwind_of_their_sources(ask):
    """Excess over the ring, looked up a cell and a half along and against the wind of the strongest stacks."""
    cells = ask(
        """with daily as (select lon_deg, lat_deg, avg(value) filter (is_valid) v from {A01} group by all)
           select lon_deg, lat_deg, v from daily where v is not null"""
    )
    lon, lat, value = (np.array(column) for column in zip(*cells, strict=True))
    stacks = ask(
        """select any_value(lon_deg), any_value(lat_deg), sum(pm_kg) from {E01} join {L01} using (enterprise_id)
           where time >= '2023-07-20' group by outlet_id order by 3 desc limit 25"""
    )
    wind = ask("select avg(u10_m_s), avg(v10_m_s) from {K02} where hour(time) in (10, 12, 14)")[0]
    east, north = np.array(wind) / np.hypot(*wind)
    differences = []
    for x, y, _ in stacks:

        def near(km: float, x: float = x, y: float = y) -> float:
            at = (x + km * east / (111.2 * np.cos(np.radians(y))), y + km * north / 111.2)
            distance = np.hypot((lon - at[0]) * np.cos(np.radians(y)), lat - at[1])
            return float(value[np.argsort(distance)[:2]].mean()) if distance.min() < 0.03 else np.nan

        differences.append(near(5.0) - near(-5.0))
    assert np.nanmean(differences) > 0.5


def test_plume_is_nothing_upwind_and_little_beside_a_tall_stack():
    along = np.array([-3_000.0, 400.0, 6_000.0])
    value = concentration(along, np.zeros(3), np.full(3, 4.0), np.full(3, 180.0))
    assert value[0] == 0
    assert value[1] < 0.05 * value[2]


def test_weather_stations_and_wind_grid_tell_the_same_wind(ask):
    apart = ask(
        """select avg(abs(-wind_speed_m_s * sin(radians(wind_from_deg)) - u10_m_s)),
                  avg(abs(-wind_speed_m_s * cos(radians(wind_from_deg)) - v10_m_s))
           from {K01} k join {sites} s on s.site_id = k.station_id join {K02} g
           on g.time = k.time and abs(g.lon_deg - s.lon_deg) <= 0.125 and abs(g.lat_deg - s.lat_deg) <= 0.125"""
    )[0]
    assert max(apart) < 0.5


PHYSICAL = [
    ("A01", "value", 1, 400),
    ("A02", "aod_550", 0.01, 5),
    ("B01", "pm25_ug_m3", 1, 400),
    ("B03", "o3_ug_m3", 5, 400),
    ("D01", "pm10_ug_m3", 5, 600),
    ("E01", "o2_pct", 2, 21),
    ("E01", "flow_m3_h", 0, 4e6),
    ("E01", "velocity_m_s", 0, 40),
    ("E01", "valid_minutes", 0, 60),
    ("E07", "effective_rate", 0, 1),
    ("F01", "kwh", 0, 4000),
    ("K01", "wind_speed_m_s", 0, 25),
    ("K01", "rh_pct", 20, 100),
    ("K02", "blh_m", 50, 3000),
]


@pytest.fixture(scope="module")
def parts(tmp_path_factory, national_regions):
    """A tenth of the campaign, of it only what needs no measurement: alerts, lists, complaints, permits, meters."""
    plan, out = Plan(0.1, seed=1), tmp_path_factory.mktemp("parts")
    world = make_world(plan, national_regions)
    sink = Sink(out, plan)
    for write_part in (write_emergency, write_complaints, write_permits, write_registers):
        write_part(world, sink)
    write_accounts(world, sink, make_habits(world, make_history(world)))
    connection = duckdb.connect()
    places = {code: f"'{out}/{code}/*.parquet'" for code in CATEGORIES}
    return world, lambda sql: connection.sql(sql.format(**places)).fetchall()


@pytest.mark.parametrize("rule", ["R22", "R24", "R25", "R26", "R27"])
def test_a_tenth_of_the_campaign_plants_three_cases_of_each_kind_on_objects_of_their_own(parts, rule):
    world, _ = parts
    rows = [row for row in world.truth.rows if row["rule_id"] == rule]
    for kind in KINDS:
        assert len({row["object_id"] for row in rows if row["kind"] == kind}) >= 3
    assert len({row["object_id"] for row in rows}) == len(rows)


def test_the_cast_of_three_turns_begins_with_that_of_one():
    one, three = make_cast(1), make_cast(3)
    assert three.slots[: len(one.slots)] == one.slots
    assert sorted({slot.outlet for slot in three.slots} - {-1}) == list(range(three.outlets))
    assert sorted({slot.enterprise for slot in three.slots}) == list(range(three.enterprises))


def test_the_first_case_is_the_same_in_every_campaign_and_the_others_are_drawn():
    draws = {(rule, turn): [draw_of(seed, rule, turn) for seed in range(12)] for rule in SHIFTS for turn in (0, 1, 2)}
    for (rule, turn), drawn in draws.items():
        least, most, step = SHIFTS[rule]
        assert all(least <= one.shift_h <= most and one.shift_h % step == 0 for one in drawn) or turn == 0
        assert len(set(drawn)) == (1 if turn == 0 else 12), rule
    assert draws["R01", 0][0] == Draw(0, 1.0)


def test_every_planted_window_of_a_tenth_ends_before_the_round_does(parts):
    world, _ = parts
    for slot in world.cast.slots:
        recipe, shift = RECIPES.get((slot.rule, slot.kind)), draw_for(world.plan.seed, slot).shift_h
        if recipe and shift:
            assert recipe.window.last + shift <= 330 or recipe.window.last == 336
            assert recipe.window.first + shift >= -24 * world.plan.history_days(slot.rule)


def test_component_stations_in_a_plume_see_more_and_more_sulfate_than_those_around(tmp_path, national_regions):
    plan = Plan(0.1)
    world, sink = make_world(plan, national_regions), Sink(tmp_path, plan)
    networks = make_networks(world)
    excess = np.zeros((14, len(world.terrain)))
    spots = choose_cells(world, excess)
    ground = ground_excess(world, spots, excess)
    networks |= near_plumes(world, networks, spots, ground)
    write_components(world, sink, networks, (spots, ground))
    sink.close("C01", "C02")
    read = f"""select station_id, avg(pm25_ug_m3), avg(sulfate_ug_m3 / pm25_ug_m3)
        from '{tmp_path}/C01/*.parquet' group by 1 order by 1"""
    seen = {name: (pm25, share) for name, pm25, share in duckdb.sql(read).fetchall()}
    planted = [cell for (rule, kind, _), cell in spots.cell.items() if rule in ("R29", "R31") and kind == "positive"]
    network = networks["component"]
    near = [seen[str(name)] for name, cell in zip(network.id, network.cell, strict=True) if cell in planted]
    far = [seen[str(name)] for name, cell in zip(network.id, network.cell, strict=True) if cell not in planted]
    assert len(near) >= 3 and len(far) >= 3
    assert np.mean([pm25 for pm25, _ in near]) > 1.3 * np.mean([pm25 for pm25, _ in far])
    assert min(share for _, share in near) > max(share for _, share in far)


def test_cities_of_planted_reduction_cases_have_the_planted_alert_only(parts):
    world, ask = parts
    planted = [str(world.enterprises.id[slot.enterprise]) for slot in world.cast.all("R22")]
    cities = ask(f"select distinct city_adcode from {{L01}} where enterprise_id in {tuple(planted)}")
    names = tuple(city for (city,) in cities)
    found = ask(f"select city_adcode, level, count(*) from {{J02}} where city_adcode in {(*names, '')} group by all")
    assert sorted(found) == sorted((city, "orange", 1) for city in names)
    assert ask("select count(*) from {J02}") == [(11,)]


def test_only_alert_of_a_small_campaign_is_that_of_the_planted_positive(ask):
    enterprise = truth(ask, "R22")["enterprise_id"]
    alerts = ask(f"select level from {{J02}} join {{L01}} using (city_adcode) where enterprise_id = '{enterprise}'")
    assert alerts == [("orange",)]


def test_enterprises_listed_for_reduction_have_no_data_that_could_show_they_do_not_cut(parts):
    world, ask = parts
    slots = (*world.cast.all("R22"), *world.cast.all(LISTED, COMPLIERS))
    planted = {str(world.enterprises.id[slot.enterprise]) for slot in slots}
    listed = {name for (name,) in ask("select distinct enterprise_id from {J01}")} - planted
    accounts = {name for (name,) in ask("select distinct enterprise_id from {F02}")}
    assert listed and not listed & accounts
    assert not listed & set(world.enterprises.id[world.stacks.enterprise].tolist())


def test_permitted_amounts_hold_what_the_stacks_emit_in_a_year(ask):
    over = ask(
        """with kg as (
             select enterprise_id, unnest(['PM', 'SO2', 'NOx']) pollutant,
               unnest([sum(pm_kg), sum(so2_kg), sum(nox_kg)]) * 365 / 14 / 1000 t
             from {E02} where date >= '2023-07-20' group by enterprise_id)
           select count(*) filter (t > permitted_t), count(*) from kg join {G01} using (enterprise_id)
           join {G03} a using (permit_no) where a.pollutant = kg.pollutant and a.year = 2023
           and enterprise_id not in (select enterprise_id from {truth} where enterprise_id is not null)"""
    )[0]
    assert over[0] == 0 and over[1] > 10


@pytest.mark.parametrize("seed", range(1, 6))
def test_second_station_of_the_planted_bubble_is_near_the_first(national_regions, seed):
    micro = make_networks(make_world(Plan(SCALE, seed=seed), national_regions))["micro"]
    east = (micro.lon[1] - micro.lon[0]) * np.cos(np.radians(micro.lat[0]))
    assert np.hypot(east, micro.lat[1] - micro.lat[0]) * 111.2 < 0.8


def test_plume_of_a_day_comes_and_goes_without_a_jump_at_midnight(national_regions):
    world = make_world(Plan(SCALE), national_regions)
    excess = np.zeros((14, len(world.terrain)))
    excess[::2] = 120.0
    cell = np.flatnonzero(world.terrain.is_home)[:40]
    place = world.terrain.lon[cell], world.terrain.lat[cell], cell
    with_plume, without = (pm25_at(world, place, one, np.random.default_rng(1)) for one in (excess, excess * 0))
    added = with_plume - without
    assert np.abs(np.diff(added, axis=0)).max() < 6
    assert added[12] == pytest.approx(120) and added[36] == pytest.approx(0)


def test_enterprise_of_the_traced_hot_cell_is_its_main_source_and_the_lookalike_is_none(ask, campaign):
    plumes = pq.read_table(campaign / "registers" / "plume_truth").to_pylist()

    def sources(cell: str) -> list[str]:
        adds = [(row["excess_ug_m3"], row["enterprise_id"]) for row in plumes if row["cell_id"] == cell]
        return [name for _, name in sorted(adds, reverse=True)]

    positive, alike = truth(ask, "R31"), truth(ask, "R31", "lookalike")
    assert sources(positive["object_id"])[0] == positive["enterprise_id"]
    assert sources(alike["object_id"]) and alike["enterprise_id"] not in sources(alike["object_id"])
    emits = dict(ask("select enterprise_id, sum(pm_kg) / count(*) / 24 from {E02} group by all"))
    assert emits[positive["enterprise_id"]] > 4
    assert alike["enterprise_id"] not in emits


def test_hot_cell_without_a_source_is_hot_in_the_middle_of_the_grid_and_far_from_everyone(ask):
    cell = truth(ask, "R31", "negative")["object_id"]
    ((lon, lat, col, row),) = ask(f"select lon_deg, lat_deg, col, row from {{L02}} where cell_id = '{cell}'")
    near = f"abs(col - {col}) <= 4 and abs(row - {row}) <= 4"
    assert ask(f"select count(*) from {{L02}} where {near}") == [(81,)]
    away = f"sqrt(((lon_deg - {lon}) * cos(radians({lat}))) ** 2 + (lat_deg - {lat}) ** 2) * 111.2"
    assert ask(f"select min({away}) from {{L01}}")[0][0] > 7.2
    ((here, around),) = ask(
        f"""select avg(value) filter (abs(col - {col}) + abs(row - {row}) = 0),
              median(value) filter (greatest(abs(col - {col}), abs(row - {row})) >= 2)
            from {{A01}} join {{L02}} using (lon_deg, lat_deg) where {near} and is_valid"""
    )
    assert here > around + 20


def test_no_cell_stands_out_for_good_without_a_source(ask, campaign):
    """Mean of the round over the median around it, of cells no plume reaches and no case is near."""
    ratio = ask(
        f"""with daily as (
              select cell_id, col, row, date, value from {{A01}} join {{L02}} using (lon_deg, lat_deg) where is_valid),
            far as (select cell_id from {{L02}} c where cell_id not in (
              select cell_id from read_parquet('{campaign}/registers/plume_truth/*.parquet'))
              and not exists (from {{truth}} t join {{L02}} p on p.cell_id = t.object_id
                where abs(p.col - c.col) <= 2 and abs(p.row - c.row) <= 2)),
            days as (select a.cell_id, a.date, any_value(a.value) / median(b.value) r
              from daily a join daily b on a.date = b.date and abs(a.col - b.col) <= 3 and abs(a.row - b.row) <= 3
              where a.cell_id in (select cell_id from far) group by all having count(*) > 24)
            select exp(avg(ln(r))) from days group by cell_id having count(*) >= 4"""
    )
    assert len(ratio) > 100
    assert max(ratio)[0] < 1.15


def test_complaints_without_a_case_make_no_group(parts):
    _, ask = parts
    cases = ask(
        """with cases as (
             select case_no, person_hash, issue, enterprise_id, lon_deg, lat_deg from {I01}
             union all select case_no, person_hash, issue, enterprise_id, lon_deg, lat_deg from {I02})
           select c.case_no, c.person_hash, c.issue, c.enterprise_id,
             coalesce(e.lon_deg, c.lon_deg), coalesce(e.lat_deg, c.lat_deg)
           from cases c left join {L01} e using (enterprise_id) order by case_no"""
    )
    number, person, issue, named, lon, lat = (np.array(column) for column in zip(*cases, strict=True))
    is_planted = np.char.startswith(person.astype(str), "person-planted")
    twice = [one for one in named[~is_planted] if one is not None]
    assert len(twice) == len(set(twice))
    flat = np.column_stack([lon * np.cos(np.radians(lat.max())), lat]) * 111.2
    one, other = cKDTree(flat).query_pairs(0.5, output_type="ndarray").T
    alike = (issue[one] == issue[other]) & ~(is_planted[one] & is_planted[other])
    assert len(number) == 2128
    assert alike.sum() == 0


@pytest.mark.parametrize("bound", PHYSICAL, ids=lambda bound: f"{bound[0]}.{bound[1]}")
def test_values_are_physical(ask, bound):
    code, column, low, high = bound
    assert ask(f"select count(*) from {{{code}}} where {column} < {low} or {column} > {high}") == [(0,)]


def test_names_say_that_they_are_invented_and_codes_are_of_no_division(ask):
    assert ask("select count(*) from {L01} where name not like '%模拟%' or uscc not like '91990000%'") == [(0,)]
    serials = np.array([0, 19, 123_456, 98_765_432])
    assert credit_codes(serials).tolist() == [names.credit_code(int(serial)) for serial in serials]


def test_fleet_register_has_points_and_enterprises_of_the_scale(ask):
    assert ask("select count(*), count(distinct enterprise_id) from {fleet_points}") == [(600, 358)]


def test_campaign_command_refuses_a_folder_of_something_else(tmp_path):
    (tmp_path / "mine.txt").write_text("keep", encoding="utf-8")
    told = CliRunner().invoke(app, ["campaign", "--out", str(tmp_path), "--scale", "0.01"])
    assert told.exit_code == 2
    assert "holds no campaign" in told.stderr
    assert (tmp_path / "mine.txt").read_text(encoding="utf-8") == "keep"
