"""The store as tables of an engine, the rulebook, and how rules are asked: which day, which region, which folder."""

from __future__ import annotations

from datetime import date, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data_adapters.catalogue import CATEGORIES, schema
from fusion.engine import Engine
from fusion.errors import FusionError
from fusion.findings import Judge
from fusion.judging import all_findings, answers, judged_from, raised
from fusion.rulebook import load_rules
from fusion.store import Store

NOON = datetime(2023, 7, 20, 12)
HEAD = """
rule_id = "R99"
name_zh = "试"
name_en = "trial"
category = "cems"
severity = 2
version = "7"
valid_from = 2023-01-01
fires_zh = "a"
fires_en = "a"
evidence_zh = ["a"]
evidence_en = ["a"]
lookalikes_zh = ["a"]
lookalikes_en = ["a"]
checklist_zh = ["a"]
checklist_en = ["a"]
[parameter.least]
default = 10
unit = "ug/m3"
basis = "proposal"
meaning_zh = "a"
meaning_en = "a"
"""
SQL = """
-- every city-day above $least; $never is only a word in a comment
SELECT 'enterprise' AS object_kind, city_adcode AS object_id, city_adcode AS enterprise_id, NULL::VARCHAR AS outlet_id,
       NULL::VARCHAR AS cell_id, 'PM25' AS pollutant, CAST(date AS TIMESTAMP) AS window_from,
       CAST(date AS TIMESTAMP) + INTERVAL 1 DAY AS window_to, CAST(date AS TIMESTAMP) + INTERVAL 5 HOUR AS onset_at,
       2 AS severity, 0.5 AS score, TO_JSON({'value': pm25_ug_m3})::VARCHAR AS facts
FROM city_days WHERE pm25_ug_m3 > $least
"""


def city_day(city: str, day: str, pm25: float) -> dict[str, object]:
    numbers = ("aqi", "level", "pm10_ug_m3", "so2_ug_m3", "no2_ug_m3", "co_mg_m3", "o3_ug_m3", "composite_index")
    known = {"city_adcode": city, "date": date.fromisoformat(day), "pm25_ug_m3": pm25, "standard_version": "x"}
    return known | dict.fromkeys(numbers, 1)


def put(folder, name: str, code: str, day: str, rows: list[dict[str, object]], wanted: pa.Schema | None = None) -> None:
    path = folder / name / code / f"day={day}" / "part.parquet"
    path.parent.mkdir(parents=True)
    pq.write_table(pa.Table.from_pylist(rows, schema=wanted or schema(name)), path)


@pytest.fixture
def store(tmp_path):
    folder = tmp_path / "store"
    put(
        folder,
        "city_days",
        "B04",
        "2023-07-19",
        [city_day("340100", "2023-07-19", 30), city_day("110000", "2023-07-19", 20)],
    )
    put(folder, "city_days", "B04", "2023-07-20", [city_day("340100", "2023-07-20", 40)])
    put(folder, "city_days", "B04", "2023-07-21", [city_day("340100", "2023-07-21", 50)])
    return Store(folder)


@pytest.fixture
def rules(tmp_path):
    """R99 in a folder of its own, its text to be changed."""

    def write(head: str = HEAD, sql: str = SQL, name: str = "R99"):
        folder = tmp_path / "rules"
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.toml").write_text(head, "utf-8")
        (folder / f"{name}.sql").write_text(sql, "utf-8")
        return {"R99": load_rules([folder])["R99"]}

    return write


@pytest.fixture
def engine():
    with Engine() as made:
        yield made


def ready(engine: Engine, store: Store, as_of: datetime = NOON) -> Judge:
    """A judge over the store, with the tables a round and a region need."""
    store.attach(engine, as_of)
    engine.register("rounds", pa.table({"from_date": [date(2023, 7, 20)], "to_date": [date(2023, 8, 3)]}))
    cities = pa.table({"enterprise_id": ["340100", "110000"], "city_adcode": ["340100", "110000"]})
    engine.register("enterprises", cities)
    groups = pa.table({"group_code": ["BTH", "BTH", "FWP"], "city_adcode": ["110000", "130100", "110000"]})
    engine.register("region_groups", groups)
    return Judge(engine, as_of, judged_from(engine, as_of))


def told(found: pa.Table) -> list[tuple[str, str]]:
    return sorted((row["object_id"], str(row["window_from"])[:10]) for row in found.to_pylist())


def test_a_rule_sees_only_what_was_there_at_the_moment_it_is_asked(engine, store, rules):
    found = all_findings(engine, ready(engine, store), rules())
    assert told(found) == [("110000", "2023-07-19"), ("340100", "2023-07-19"), ("340100", "2023-07-20")]


def test_a_moment_within_a_day_hides_the_hours_after_it(engine, tmp_path):
    folder = tmp_path / "hours"
    row = {"station_id": "S", "flag": "N", "pm25_ug_m3": 1.0}
    hours = [{**row, "time": datetime(2023, 7, 20, hour)} for hour in range(24)]
    put(folder, "station_hours", "B01", "2023-07-20", hours)
    Store(folder).attach(engine, NOON, ["station_hours"])
    assert engine.query("SELECT MAX(time) AS t FROM station_hours")["t"].to_pylist() == [datetime(2023, 7, 20, 11)]


def test_a_table_of_several_categories_tells_which_row_is_of_which(engine, tmp_path):
    row = {"station_id": "S", "time": NOON, "flag": "N"}
    for code in ("B01", "B02"):
        put(tmp_path / "s", "station_hours", code, "2023-07-20", [{**row, "station_id": code}])
    Store(tmp_path / "s").attach(engine, None, ["station_hours"])
    rows = engine.query("SELECT station_id, category FROM station_hours ORDER BY 1").to_pylist()
    assert rows == [{"station_id": code, "category": code} for code in ("B01", "B02")]


def test_parts_written_before_a_column_was_known_are_read_with_it_empty(engine, tmp_path):
    older = pa.schema([field for field in schema("cems_marks") if field.name != "withdrawn_at"])
    mark = dict.fromkeys(older.names, "x") | {name: NOON for name in ("from_at", "to_at", "marked_at")}
    put(tmp_path / "s", "cems_marks", "E04", "2023-07-20", [mark], older)
    Store(tmp_path / "s").attach(engine, None, ["cems_marks"])
    assert engine.query("SELECT withdrawn_at FROM cems_marks")["withdrawn_at"].to_pylist() == [None]


def test_a_store_without_a_category_has_its_table_with_no_row(engine, tmp_path):
    (tmp_path / "empty").mkdir()
    Store(tmp_path / "empty").attach(engine)
    for category in CATEGORIES.values():
        columns = engine.query(f"SELECT * FROM {category.canonical_table}").column_names
        assert set(schema(category.canonical_table).names) <= set(columns)
    with pytest.raises(FusionError, match="no such store"):
        Store(tmp_path / "nowhere")


def test_a_region_with_a_profile_of_its_own_is_judged_by_it_and_by_nothing_else(engine, store, rules):
    profile = HEAD + "[profile.BTH]\nleast = 25\n"
    found = all_findings(engine, ready(engine, store), rules(profile))
    assert told(found) == [("340100", "2023-07-19"), ("340100", "2023-07-20")]
    milder = HEAD.replace("default = 10", "default = 35") + "[profile.BTH]\nleast = 5\n"
    found = all_findings(engine, ready(engine, store), rules(milder))
    assert told(found) == [("110000", "2023-07-19"), ("340100", "2023-07-20")]


@pytest.mark.parametrize("day, is_in_force", [("2023-07-20", True), ("2023-07-21", False)], ids=["today", "tomorrow"])
def test_before_its_date_a_profile_is_not_used_and_its_cities_are_judged_like_all_others(
    engine, store, rules, day, is_in_force
):
    chosen = rules(HEAD + f"[profile.BTH]\nleast = 25\nvalid_from = {day}\n")
    judge = ready(engine, store)
    others = [("340100", "2023-07-19"), ("340100", "2023-07-20")]
    found = told(all_findings(engine, judge, chosen))
    assert found == (others if is_in_force else [("110000", "2023-07-19"), *others])
    assert len(answers(judge, chosen)) == 1 + is_in_force


def test_a_clue_keeps_its_id_and_the_first_time_it_was_found(engine, store, rules):
    first = all_findings(engine, ready(engine, store), rules())
    with Engine() as later:
        second = all_findings(later, ready(later, store, datetime(2023, 7, 21, 12)), rules())
    both = raised([first, second]).to_pylist()
    assert len(both) == second.num_rows == 4
    assert {str(row["detected_at"]) for row in both if row["window_from"] < datetime(2023, 7, 21)} == {str(NOON)}
    assert raised([]).num_rows == 0


def test_the_day_told_is_the_first_whole_day_of_it(engine, store, rules):
    found = all_findings(engine, ready(engine, store), rules()).to_pylist()
    assert {str(row["onset_at"])[11:] for row in found} == {"05:00:00"}
    assert all((row["told_date"] - row["onset_at"].date()).days == 1 for row in found)
    at_midnight = rules(sql=SQL.replace(" + INTERVAL 5 HOUR AS onset_at", " AS onset_at"))
    found = all_findings(engine, ready(engine, store), at_midnight).to_pylist()
    assert all(row["told_date"] == row["onset_at"].date() for row in found)


def test_judging_begins_with_the_round_or_a_fortnight_before(engine, store):
    ready(engine, store)
    assert judged_from(engine, datetime(2023, 7, 25)) == datetime(2023, 7, 20)
    assert judged_from(engine, datetime(2023, 9, 1)) == datetime(2023, 8, 18)


@pytest.mark.parametrize(
    ("head", "sql", "name", "words"),
    [
        (HEAD.replace('name_en = "trial"\n', ""), SQL, "R99", ("R99.toml", "name_en")),
        (HEAD.replace("severity = 2", "severity = 4"), SQL, "R99", ("R99.toml", "severity")),
        (HEAD + "colour = 1\n", SQL, "R99", ("R99.toml", "parameter.least.colour")),
        (HEAD, SQL, "R98", ("R98.toml", "R99")),
        (HEAD + "[[", SQL, "R99", ("R99.toml",)),
    ],
    ids=["key missing", "number out of range", "key unknown", "name differs", "no toml"],
)
def test_a_rule_that_cannot_be_read_is_told_with_file_and_key(rules, head, sql, name, words):
    with pytest.raises(FusionError) as error:
        rules(head, sql, name)
    assert all(word in str(error.value) for word in words)


def test_a_toml_alone_is_no_rule(tmp_path):
    (tmp_path / "R99.toml").write_text(HEAD, "utf-8")
    with pytest.raises(FusionError, match=r"R99\.sql"):
        load_rules([tmp_path])


def test_a_folder_of_the_users_own_replaces_a_rule_that_is_built_in(tmp_path):
    (tmp_path / "R01.toml").write_text(HEAD.replace("R99", "R01"), "utf-8")
    (tmp_path / "R01.sql").write_text(SQL, "utf-8")
    known = load_rules([tmp_path])
    assert len(known) == 35 and known["R01"].version == "7" and known["R02"].version != "7"


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("SELECT 1 AS object_kind", ("R99", "object_id")),
        (SQL.replace("$least", "$lest"), ("R99", "lest")),
        (SQL.replace("FROM city_days", "FROM city_dais"), ("R99", "city_dais")),
        (SQL.replace("2 AS severity", "NULL AS severity"), ("R99", "severity")),
    ],
    ids=["column missing", "parameter unknown", "table unknown", "value empty"],
)
def test_a_rule_that_fails_is_named(engine, store, rules, sql, words):
    with pytest.raises(FusionError) as error:
        all_findings(engine, ready(engine, store), rules(sql=sql))
    assert all(word in str(error.value) for word in words)


def test_a_dry_run_may_change_only_what_the_rule_has(rules):
    (rule,) = rules().values()
    assert rule.values(None, {"least": 3}) == {"least": 3}
    with pytest.raises(FusionError, match=r"least"):
        rule.values(None, {"lest": 3})


def test_every_built_in_rule_is_complete_in_both_languages():
    for rule in load_rules().values():
        assert rule.sql or rule.module
        texts = (rule.name_en, rule.fires_en, *rule.evidence_en, *rule.lookalikes_en, *rule.checklist_en)
        assert all(text.isascii() or not any("\u4e00" <= letter <= "\u9fff" for letter in text) for text in texts)
        for name in ("evidence", "lookalikes", "checklist"):
            assert len(getattr(rule, f"{name}_zh")) == len(getattr(rule, f"{name}_en")), (rule.rule_id, name)
