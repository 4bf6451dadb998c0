"""The tables behind a dossier, against the store they were made of."""

from __future__ import annotations

import json

import duckdb
import pytest
from dossier_builders import REFERENCE, demo_folder, stored
from snapshot_builders import campaign_root

from fusion.layout_dossier import DOSSIER_TABLES
from fusion.snapshot import open_current

PERSONAL = ("person_hash", "target_name", "text", "lon_deg", "lat_deg")


@pytest.fixture(scope="module")
def snapshot():
    return open_current(demo_folder() / "snapshots")


@pytest.fixture(scope="module")
def ask(snapshot):
    """Rows of a question in which snapshot tables stand in braces."""

    def rows(question: str):
        names = {name: f"'{snapshot.table(name)}'" for name in snapshot.manifest.tables}
        return duckdb.sql(question.format(**names)).fetchall()

    return rows


@pytest.fixture(scope="module")
def reference(ask) -> int:
    ((number,),) = ask(f"select enterprise_idx from {{enterprises}} where enterprise_id = '{REFERENCE}'")
    return number


def test_days_of_the_reference_case_count_its_hours_over_the_limit_all_under_the_fault_mark(ask, reference):
    ((over, fault, highest, limit),) = ask(f"""
        select sum(hours_over), sum(hours_over_fault), max(max_mg_m3), min(limit_mg_m3) from {{dossier_days}}
        where enterprise_idx = {reference} and pollutant = 'NOx'""")
    assert (over, fault, limit) == (279, 279, 50.0) and highest > limit


def test_days_are_those_of_the_hours_in_the_store(ask):
    told = ask("""select d.outlet_id, d.date, d.hours, d.mean_mg_m3, d.max_mg_m3 from {dossier_days} d
                  where d.pollutant = 'SO2' order by all""")
    counted = duckdb.sql(f"""
        select outlet_id, time::date, count(*), avg(so2_zs_mg_m3), max(so2_zs_mg_m3) from {stored("cems_hours", "E01")}
        where time < timestamp '2023-08-02 18:00' group by all order by all""").fetchall()
    assert [row[:3] for row in told] == [row[:3] for row in counted]
    for mine, theirs in zip(told, counted, strict=True):
        assert mine[3] == pytest.approx(theirs[3], rel=1e-4) and mine[4] == pytest.approx(theirs[4], rel=1e-6)


def test_no_day_has_more_marked_or_exceeding_hours_than_hours(ask):
    classes = "hours_fault + hours_maintenance + hours_stopped + hours_calibration + hours_other"
    assert (
        ask(f"""select * from {{dossier_days}} where {classes} > hours or hours_over > hours
                   or hours_over_fault > least(hours_over, hours_fault) or hours > 24""")
        == []
    )


def test_electricity_is_that_of_the_meters_and_what_is_not_metered_stays_empty(ask):
    ((production, treatment, whole),) = ask(
        "select sum(production_kwh), sum(treatment_kwh), sum(total_kwh) from {dossier_power}"
    )
    by_role = dict(
        duckdb.sql(f"""select role, sum(kwh) from {stored("power_hours", "F01")}
        where time < timestamp '2023-08-02 18:00' group by role""").fetchall()
    )
    ((days,),) = duckdb.sql(f"select sum(kwh) from {stored('power_days', 'F02')}").fetchall()
    assert production == pytest.approx(by_role["production"], rel=1e-4)
    assert treatment == pytest.approx(by_role["treatment"], rel=1e-4) and whole == pytest.approx(days, rel=1e-4)
    assert ask("select count(*) from {dossier_power} where production_kwh is null and total_kwh > 0")[0][0] > 0


def test_hours_are_kept_of_those_somebody_may_go_to_and_of_nobody_else(ask):
    kept = {row[0] for row in ask("select distinct enterprise_idx from {dossier_hours}")}
    waited_for = ask("""
        select distinct enterprise_idx from {clues} where enterprise_idx >= 0 and (
            clue_id in (select clue_id from {findings})
            or state in ('IDENTIFIED', 'SCREENED', 'PUSHED', 'ACCEPTED', 'CHECKING', 'RELAPSED'))""")
    assert kept and kept <= {row[0] for row in waited_for}


def test_dose_and_process_of_the_reference_case_are_there_beside_its_emission(ask, reference):
    rows = ask(f"select series, count(*) from {{dossier_hours}} where enterprise_idx = {reference} group by all")
    hours = dict(rows)
    assert {"NOx", "SO2", "PM", "nh3_flow_kg_h", "nh3_slip_mg_m3", "load_pct"} <= set(hours)
    assert len(set(hours.values())) == 1


def test_registers_are_there_with_every_row_of_a_known_enterprise(ask):
    told = dict(ask("select kind, count(*) from {dossier_facts} group by kind"))
    enterprises = stored("enterprises", "L01")
    for kind, table, code in (("penalty", "penalties", "H01"), ("past_problem", "past_problems", "H02"),
                              ("complaint", "complaints", "I01"), ("grade", "grades", "J03")):  # fmt: skip
        ((rows,),) = duckdb.sql(f"""select count(*) from {stored(table, code)}
            where enterprise_id in (select enterprise_id from {enterprises})""").fetchall()
        assert told[kind] == rows, kind


def test_nothing_of_who_complained_is_told(ask):
    for kind, fact_id, detail in ask("select kind, fact_id, detail from {dossier_facts} where kind in "
                                     "('complaint', 'petition')"):  # fmt: skip
        assert not set(json.loads(detail or "{}")) & set(PERSONAL), (kind, fact_id)
    ((people,),) = ask("select count(*) from {dossier_facts} where detail like '%person-%' or fact_id like '%person-%'")
    assert people == 0


def test_a_campaign_without_a_store_has_the_tables_empty():
    tiny = open_current(campaign_root("tiny"))
    assert {table.name: tiny.manifest.tables[table.name].rows for table in DOSSIER_TABLES} == {
        table.name: 0 for table in DOSSIER_TABLES
    }
