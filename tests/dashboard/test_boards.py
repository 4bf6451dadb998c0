"""The boards of special tasks against a count of the snapshot's own files."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from dossier_builders import demo_folder
from incineration_builders import DAYS, FIRST, FURNACES, LIMITS, STACKS, filled, furnace_days, stack_days
from snapshot_builders import doctored, source_failed

from dashboard.data import boards
from dashboard.data.filters import Filters
from dashboard.data.metrics import figures
from dashboard.data.scope import make_scope
from dashboard.data.store import Loaded, Store
from fusion.grid import cell_id, cells_of

EVERY = Filters()
HENAN = Filters(region="410000")
NOWHERE = 65535


@pytest.fixture(scope="module")
def burning(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    """The campaign with four incinerators that report."""
    plants = [0, 1, 2, 3]
    target = tmp_path_factory.mktemp("burning")
    tables = {"incineration_days": filled(furnace_days(plants)), "incineration_outlet_days": filled(stack_days(plants))}
    doctored(root, target, tables=tables)
    return Store(target, "1GB").current()


def rows(loaded: Loaded, table: str) -> list[dict]:
    return pq.read_table(loaded.snapshot.table(table)).to_pylist()


@pytest.fixture(scope="module")
def rule_clues(loaded):
    """The clues of a rule, out of the file."""
    idx = {rule["rule_id"]: rule["rule_idx"] for rule in rows(loaded, "rules")}
    clues = rows(loaded, "clues")
    return lambda rule_id: [clue for clue in clues if clue["rule_idx"] == idx[rule_id]]


def test_the_tally_of_incinerators_is_what_their_days_say(burning):
    told = boards.incineration(burning, EVERY)["tally"]
    furnaces, stacks = rows(burning, "incineration_days"), rows(burning, "incineration_outlet_days")
    last = max(row["date"] for row in furnaces)
    assert (told["plants_furnaces"], told["furnaces"]) == (len(FURNACES), sum(FURNACES.values()))
    assert (told["plants_stacks"], told["stacks"]) == (len(STACKS), sum(STACKS.values()))
    assert told["furnace_days_over"] == sum(row["is_over"] for row in furnaces)
    assert told["means_low"] == sum(row["n_low"] for row in furnaces)
    assert told["untold"] == sum(row["is_over"] is None for row in stacks)
    assert told["stack_days_over"] == len({(row["outlet_id"], row["date"]) for row in stacks if row["is_over"]})
    assert told["plants_today"] == len(
        {row["enterprise_idx"] for row in furnaces if row["date"] == last and row["n_means"]}
    )
    assert told["plants_today"] < told["plants_furnaces"]


def test_each_plant_says_the_least_temperature_the_worst_mean_and_the_hours_used(burning):
    told = {row["enterprise_id"]: row for row in boards.incineration(burning, EVERY)["plants"]}
    ids = {row["enterprise_idx"]: row["enterprise_id"] for row in rows(burning, "enterprises")}
    own, measured = defaultdict(list), defaultdict(list)
    for row in rows(burning, "incineration_days"):
        own[ids[row["enterprise_idx"]]].append(row)
    for row in rows(burning, "incineration_outlet_days"):
        if row["is_over"] is not None:
            measured[ids[row["enterprise_idx"]], row["pollutant"]].append(row)
    assert set(told) == set(own) | {plant for plant, _ in measured}
    for plant, days in own.items():
        assert told[plant]["min_c"] == min(row["min_c"] for row in days)
        assert told[plant]["n_low"] == sum(row["n_low"] for row in days)
        assert told[plant]["days_over"] == sum(row["is_over"] for row in days)
        assert told[plant]["fault_h"] == sum(row["fault_h"] for row in days)
        assert told[plant]["used_ssfa_h"] == max(row["used_ssfa_h"] for row in days)
    for (plant, pollutant), days in measured.items():
        (one,) = [entry for entry in told[plant]["pollutants"] if entry["pollutant"] == pollutant]
        assert one["value"] == pytest.approx(max(row["value_mg_m3"] for row in days), abs=1e-3)
        assert (one["days"], one["days_over"]) == (len(days), sum(row["is_over"] for row in days))


def test_a_plant_without_furnace_data_has_no_number_for_them(burning):
    silent = [row for row in boards.incineration(burning, EVERY)["plants"] if row["furnaces"] is None]
    assert len(silent) == 1
    assert silent[0]["min_c"] is None and silent[0]["n_low"] is None and silent[0]["used_ssfa_h"] is None


def test_days_chosen_are_the_days_counted(burning):
    told = boards.incineration(burning, Filters(from_date=FIRST, to_date=FIRST))["tally"]
    assert told["furnace_days"] == sum(FURNACES.values())
    assert (told["first_day"], told["last_day"]) == (FIRST.isoformat(), FIRST.isoformat())


def test_a_plant_opened_shows_every_day_with_its_limit(burning):
    first = boards.incineration(burning, EVERY)["plants"][0]
    told = boards.plant(burning, EVERY, first["enterprise_id"])
    assert told is not None and len(told["furnaces"]) == first["furnaces"]
    for furnace in told["furnaces"]:
        assert furnace["days"] == [(FIRST - date(1970, 1, 1)).days + day for day in range(DAYS)]
    assert {(stack["pollutant"], *set(stack["limits"])) for stack in told["stacks"]} == set(LIMITS.items())
    assert sum(furnace["n_low"][day] for furnace in told["furnaces"] for day in range(DAYS)) == first["n_low"]


def test_where_names_are_masked_no_furnace_tells_whose_it_is(burning):
    masked = burning.scoped(make_scope(None, None, True, b"secret"))
    plants = boards.incineration(masked, EVERY)["plants"]
    assert len(plants) == 4
    names = {row["name"] for row in rows(burning, "enterprises")}
    assert not {plant["name"] for plant in plants} & names
    for plant in plants:
        assert "OWNER" not in str(boards.plant(masked, EVERY, plant["enterprise_id"]))


def test_what_was_never_told_is_not_connected_and_not_none(loaded):
    told = boards.incineration(loaded, EVERY)
    assert (told["has_furnaces"], told["has_stacks"]) == (False, False)
    assert boards.supervision(loaded, EVERY)["register"] is None
    land = boards.bare_land(loaded, EVERY)
    assert (land["patches"], land["area_m2"], land["source"], land["inventory"]) == (None, None, 0, None)


@pytest.mark.parametrize("source", [None, "cems_readings", "emission_series"])
def test_incinerators_tell_a_source_that_failed_from_one_that_is_not_there(root, tmp_path, source):
    doctored(root, tmp_path, manifest=source_failed(source, "cut off") if source else lambda _: None)
    told = boards.incineration(Store(tmp_path, "1GB").current(), EVERY)
    assert told["untold"] == ("failed" if source else "not_configured")


@pytest.mark.parametrize("filters", [EVERY, HENAN], ids=["nation", "province"])
def test_pushes_and_cells_of_voc_areas_are_counted_apart(loaded, recount, rule_clues, filters):
    told = boards.voc(loaded, filters)
    cities = recount.places
    own = {int(i) for i in range(len(cities["adcode"])) if cities["adcode"][i][:2] == filters.region[:2]}
    pushed = [
        clue
        for clue in rule_clues("R30")
        if clue["cell_id"] and clue["stages"] & 1 and (not filters.region or clue["city_idx"] in own)
    ]
    areas = {(clue["round_idx"], clue["cell_id"]) for clue in pushed}
    assert told["figures"]["areas_pushed"]["value"] == len(areas) == sum(row["areas"] for row in told["months"])
    assert told["cells"] == len({cell for _, cell in areas})
    assert told["cities_touched"] == len({clue["city_idx"] for clue in pushed} - {NOWHERE})
    assert told["figures"]["area_counties"]["value"] == len({clue["county_idx"] for clue in pushed} - {NOWHERE})
    assert sum(row["areas"] for row in told["cities"]) == len(areas)


def test_only_problems_found_in_a_pushed_cell_and_not_before_the_push_count(loaded, rule_clues):
    pushed_on = {}
    steps = [row for row in rows(loaded, "clue_events") if row["to_state"] == "PUSHED"]
    first = {}
    for step in steps:
        first[step["clue_idx"]] = min(step["at"], first.get(step["clue_idx"], step["at"]))
    for clue in rule_clues("R30"):
        if clue["cell_id"] and clue["stages"] & 1:
            day = first.get(clue["clue_idx"], clue["detected_at"]).date()
            pushed_on[clue["cell_id"]] = min(day, pushed_on.get(clue["cell_id"], day))
    enterprises = rows(loaded, "enterprises")
    found = Counter()
    for check in rows(loaded, "checks"):
        at = enterprises[check["enterprise_idx"]]
        if not check["n_problems"] or at["lon_deg"] is None:
            continue
        (col,), (row,) = cells_of([at["lon_deg"]], [at["lat_deg"]])
        day = pushed_on.get(cell_id(col, row))
        if day and check["checked_date"] >= day:
            found[at["enterprise_id"]] += check["n_problems"]
    told = boards.voc(loaded, EVERY)
    assert told["enterprises"] == len(found) > 0
    assert {row["enterprise_id"]: row["problems"] for row in told["found"]} == found
    assert all(row["found_on"] >= row["pushed_on"] for row in told["found"])


def test_each_ten_days_says_how_often_it_was_high_and_how_often_seen(loaded):
    hot = Counter(f"{row['date']:%Y-%m}" for row in rows(loaded, "hotspots") if row["product"] == "HCHO")
    seen = Counter()
    for row in rows(loaded, "coverage"):
        if row["product"] == "HCHO":
            seen[f"{row['date']:%Y-%m}"] += row["n_observed"]
    for row in boards.voc(loaded, EVERY)["months"]:
        assert (row["hot"], row["observed"]) == (hot[row["month"]], seen[row["month"]])


def test_bare_land_stands_by_county_with_every_state(loaded, rule_clues):
    told = boards.bare_land(loaded, EVERY)
    clues = rule_clues("R32")
    assert told["clues"] == len(clues) == sum(row["clues"] for row in told["counties"])
    states = Counter()
    for row in told["counties"]:
        for entry in row["states"]:
            states[entry["state"]] += entry["n"]
    assert states == Counter(clue["state"] for clue in clues)
    assert told["rate"] == figures(loaded, Filters(rule=("R32",)), ("rectification_rate",))["metrics"][0]


def test_listed_bare_ground_adds_up_by_county_and_a_region_shows_its_own():
    loaded = Store(demo_folder() / "snapshots", "1GB").current()
    patches = rows(loaded, "land_patches")
    told = boards.bare_land(loaded, EVERY)
    assert told["inventory"]["listed"] == len(patches) == sum(row["listed"] for row in told["counties"]) > 0
    open_ground = [patch for patch in patches if patch["is_covered"] is False]
    assert told["inventory"]["bare"] == len(open_ground) == sum(row["bare"] for row in told["counties"])
    assert told["inventory"]["bare_m2"] == pytest.approx(sum(patch["area_m2"] for patch in open_ground))
    assert sum(use["n"] for use in told["inventory"]["uses"]) == len(patches)
    codes = rows(loaded, "places")
    own = [p for p in patches if p["county_idx"] != NOWHERE and codes[p["county_idx"]]["adcode"][:2] == "37"]
    assert boards.bare_land(loaded, Filters(region="370000"))["inventory"]["listed"] == len(own) < len(patches)


def test_orders_by_city_add_up_to_those_in_the_history(loaded):
    told = boards.supervision(loaded, EVERY)["rows"]
    steps = defaultdict(list)
    for step in rows(loaded, "clue_events"):
        if step["from_state"] != step["to_state"]:
            steps[step["clue_idx"]].append((step["sequence"], step["to_state"]))
    issued = standing = 0
    for own in steps.values():
        states = [state for _, state in sorted(own)]
        issued += states.count("E_SUPERVISED")
        standing += states[-1] == "E_SUPERVISED"
    (every,) = [row for row in told if row["level"] == "all"]
    assert (every["issued"], every["standing"]) == (issued, standing)
    assert sum(row["issued"] for row in told if row["level"] == "city") == issued


def test_a_register_that_came_and_has_no_order_says_none(root, tmp_path):
    def with_orders(table):
        kept = [row | {"rows": 7 if row["code"] == "E08" else row["rows"]} for row in table.to_pylist()]
        return table.from_pylist(kept, schema=table.schema)

    doctored(root, tmp_path, tables={"categories": with_orders})
    whole = Store(tmp_path, "1GB").current()
    assert boards.supervision(whole, EVERY)["register"]["orders"] == 0
    masked = whole.scoped(make_scope(None, None, True, b"secret"))
    assert boards.supervision(masked, EVERY)["register"] is None


def test_a_region_with_numbers_of_its_own_shows_them(root, tmp_path):
    def with_profile(table):
        kept = table.to_pylist()
        for row in kept:
            if row["rule_id"] == "R12":
                row["profiles_json"] = '{"FWP": {"n_h3": 2}}'
        return table.from_pylist(kept, schema=table.schema)

    doctored(root, tmp_path, tables={"rule_methods": with_profile})
    told = boards.supervision(Store(tmp_path, "1GB").current(), EVERY)["thresholds"]
    own = {row["name"]: row["own"] for row in told if row["rule"] == "R12"}
    assert own["n_h3"] == {"FWP": 2} and own["n_h6"] == {}


def test_key_regions_have_their_own_counts_and_say_since_when_and_why(loaded):
    (days,) = [row for row in boards.supervision(loaded, EVERY)["thresholds"] if row["name"] == "d_month"]
    assert days["default"] == 5 and days["own"] == {"BTH": 3, "FWP": 3, "YRD": 3}
    for told in days["own_told"].values():
        assert told["valid_from"] and told["basis"] in ("proposal", "to_verify") and told["why_zh"] and told["why_en"]


def test_a_number_of_a_region_that_holds_only_from_a_later_day_is_not_told_as_used(root, tmp_path):
    def with_profiles(table):
        kept = table.to_pylist()
        for row in kept:
            day = {"FWP": "2099-01-01", "BTH": "2019-01-01", "YRD": None}
            profiles = {group: {"values": {"n_h3": 2}, "valid_from": since} for group, since in day.items()}
            row["profiles_json"] = json.dumps(profiles)
        return table.from_pylist(kept, schema=table.schema)

    doctored(root, tmp_path, tables={"rule_methods": with_profiles})
    (told,) = [
        row
        for row in boards.supervision(Store(tmp_path, "1GB").current(), EVERY)["thresholds"]
        if row["name"] == "n_h3" and row["rule"] == "R12"
    ]
    assert {group: one["is_used"] for group, one in told["own_told"].items()} == {
        "FWP": False,
        "BTH": True,
        "YRD": True,
    }


def test_a_city_is_told_with_the_key_region_whose_thresholds_hold(loaded):
    rows = [row for row in boards.supervision(loaded, EVERY)["rows"] if row["level"] == "city"]
    as_of = loaded.manifest.as_of[:10]
    asked = """select min(g.group_code) from place_groups g join places p on p.place_idx = g.city_idx
        where p.adcode = $1 and g.valid_from <= $2::date and (g.valid_to is null or g.valid_to > $2::date)"""
    for row in rows:
        assert loaded.cursor().execute(asked, [row["code"], as_of]).fetchall() == [(row["profile"],)]
    assert {row["profile"] for row in rows} > {"BTH"}


def test_addresses_of_boards_answer_only_boards(client, data):
    assert [client.get(f"{data}/boards/{part}.json").status_code for part in boards.PARTS] == [200] * 4
    assert client.get(f"{data}/boards/loop.json").status_code == 404
    assert client.get(f"{data}/boards/plant/nobody.json").status_code == 404
