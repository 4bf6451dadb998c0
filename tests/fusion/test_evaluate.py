"""What counts as true, false and elsewhere, and rules scored over several campaigns."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from data_adapters.catalogue import AUXILIARY, schema
from fusion import rules_command
from fusion.__main__ import app
from fusion.evaluate import SCORED, precision, read_truth, scores
from fusion.findings import FINDINGS
from fusion.grid import cell_id, cells_of
from fusion.layout import TABLES

START = datetime(2023, 7, 20)
LON, LAT = 117.0, 34.0
CELL, FAR_CELL = cell_id(*(int(one) for one in cells_of(LON, LAT))), "G3-0500-0500"


def case(rule: str, kind: str, object_id: str, **more: Any) -> dict[str, Any]:
    onset = START if kind == "positive" else None
    window = {"from_at": START, "to_at": START + timedelta(days=2), "onset_at": onset}
    return {
        "rule_id": rule,
        "kind": kind,
        "object_kind": "outlet",
        "object_id": object_id,
        "note": "",
        **window,
        **more,
    }


def finding(rule: str, object_id: str, day: int = 0, **more: Any) -> dict[str, Any]:
    begin = START + timedelta(days=day)
    one = {"rule_id": rule, "object_id": object_id, "object_kind": "outlet", "facts": {}, **more}
    one |= {"clue_id": f"{rule}-{object_id}-{day}", "rule_version": "1", "severity": 1, "score": 1.0}
    one |= {"window_from": begin, "window_to": begin + timedelta(hours=5), "onset_at": begin, "detected_at": begin}
    return one | {"facts": json.dumps(one["facts"])}


def write_campaign(folder: Path, cases: list[dict[str, Any]], plumes: dict[str, float] | None = None) -> Path:
    def write(name: str, made: pa.Table) -> None:
        (folder / "registers" / name).mkdir(parents=True)
        pq.write_table(made, folder / "registers" / name / "part-all.parquet")

    write("truth", pa.Table.from_pylist(cases, schema=schema("truth")))
    if plumes is not None:
        rows = [
            {"cell_id": cell, "enterprise_id": f"E{n}", "excess_ug_m3": one / 2, "share": 0.5}
            for cell, one in plumes.items()
            for n in range(2)
        ]
        write("plume_truth", pa.Table.from_pylist(rows))
        places = [("M1", LON, LAT), ("M2", LON + 1, LAT)]
        write(
            "sites",
            pa.Table.from_pylist([{"site_id": n, "kind": "micro", "lon_deg": x, "lat_deg": y} for n, x, y in places]),
        )
    return folder


def score(rule: str, found: list[dict[str, Any]], campaign: Path, **options: float) -> dict[str, Any]:
    table = pa.Table.from_pylist(found, schema=FINDINGS.schema)
    (row,) = scores(table, read_truth(campaign, **options), {rule: None}).to_pylist()  # type: ignore[dict-item]
    return row


def verdicts(row: dict[str, Any]) -> tuple[int, int, int]:
    return row["findings"], row["findings_true"], row["findings_elsewhere"]


def test_finding_of_a_planted_positive_is_true_and_of_nobody_false(tmp_path):
    campaign = write_campaign(tmp_path, [case("R12", "positive", "O1")])
    row = score("R12", [finding("R12", "O1"), finding("R12", "O9")], campaign)
    assert verdicts(row) == (2, 1, 0)
    assert precision(row) == 0.5


def test_finding_about_what_another_rule_planted_is_counted_apart_in_its_window_only(tmp_path):
    campaign = write_campaign(tmp_path, [case("R12", "positive", "O1"), case("R01", "positive", "O2")])
    found = [finding("R12", "O1"), finding("R12", "O2"), finding("R12", "O2", day=5)]
    row = score("R12", found, campaign)
    assert verdicts(row) == (3, 1, 1)
    assert precision(row) == 0.5


def test_finding_about_an_outlet_of_an_enterprise_planted_for_another_rule_is_elsewhere(tmp_path):
    planted = case("R22", "positive", "E1", object_kind="enterprise", enterprise_id="E1")
    row = score("R12", [finding("R12", "O1", enterprise_id="E1")], write_campaign(tmp_path, [planted]))
    assert verdicts(row) == (1, 0, 1)
    assert precision(row) is None


@pytest.mark.parametrize("kind", ["negative", "lookalike"])
def test_finding_of_a_case_to_be_refused_is_false_whatever_else_is_planted_there(tmp_path, kind):
    campaign = write_campaign(tmp_path, [case("R12", kind, "O1"), case("R01", "positive", "O1")])
    row = score("R12", [finding("R12", "O1")], campaign)
    assert verdicts(row) == (1, 0, 0)
    assert row[f"{kind}s_refused"] == 0


@pytest.mark.parametrize("rule", ["R29", "R31"])
def test_hot_cell_without_a_case_is_true_where_plumes_reach_it(tmp_path, rule):
    campaign = write_campaign(tmp_path, [case("R01", "positive", "O1")], {CELL: 2.0})
    found = [finding(rule, cell, object_kind="cell") for cell in (CELL, FAR_CELL)]
    assert verdicts(score(rule, found, campaign)) == (2, 1, 0)
    assert verdicts(score(rule, found, campaign, plume_ug_m3=2.5)) == (2, 0, 0)


def test_area_is_true_where_a_plume_reaches_any_of_its_cells(tmp_path):
    campaign = write_campaign(tmp_path, [case("R01", "positive", "O1")], {CELL: 2.0})
    area = finding("R29", FAR_CELL, object_kind="cell", facts={"cells": [FAR_CELL, CELL]})
    assert verdicts(score("R29", [area], campaign)) == (1, 1, 0)


def test_bubble_is_true_where_plumes_reach_the_cell_of_a_station(tmp_path):
    campaign = write_campaign(tmp_path, [case("R01", "positive", "O1")], {CELL: 2.0})
    found = [finding("R34", name, object_kind="station", facts={"stations": [name]}) for name in ("M1", "M2")]
    assert verdicts(score("R34", found, campaign)) == (2, 1, 0)


def test_plume_makes_no_finding_of_another_rule_true_and_is_no_case(tmp_path):
    campaign = write_campaign(tmp_path, [case("R30", "positive", FAR_CELL, object_kind="cell")], {CELL: 2.0})
    row = score("R30", [finding("R30", CELL, object_kind="cell")], campaign)
    assert verdicts(row) == (1, 0, 0)
    assert (row["positives"], row["negatives"], row["lookalikes"]) == (1, 0, 0)


def test_refused_case_under_a_plume_stays_to_be_refused(tmp_path):
    campaign = write_campaign(tmp_path, [case("R34", "negative", "M1", object_kind="station")], {CELL: 2.0})
    found = [finding("R34", "M1", object_kind="station", facts={"stations": ["M1"]})]
    assert verdicts(score("R34", found, campaign)) == (1, 0, 0)


def test_campaign_without_plumes_is_scored_by_its_cases_alone(tmp_path):
    assert "plume_truth" not in AUXILIARY  # it is never staged
    campaign = write_campaign(tmp_path, [case("R29", "positive", CELL, object_kind="cell")])
    assert verdicts(score("R29", [finding("R29", CELL, object_kind="cell")], campaign)) == (1, 1, 0)


def test_snapshot_keeps_every_count(tmp_path):
    assert set(SCORED) <= set(TABLES["rule_scores"].schema.names)
    assert "findings_elsewhere" in SCORED


def test_seeds_are_summed_and_what_was_missed_is_told_by_seed(monkeypatch):
    def scored(_rules: Any, store: Any, _campaign: Any, _plume: float) -> list[dict[str, Any]]:
        seed = int(store.name)
        row = dict.fromkeys(SCORED, 1) | {"rule_id": "R31", "findings": 4, "findings_true": seed, "precision": None}
        tracing = {"cells": float(seed), "top1": 1.0 / seed}
        return [row | {"positives_found": 2 - seed, "onset_error_h": float(seed), "tracing": tracing}]

    monkeypatch.setattr(rules_command, "demo_store", lambda folder, plan: Path(str(plan.seed)))
    monkeypatch.setattr(rules_command, "Store", lambda folder: folder)
    monkeypatch.setattr(rules_command, "_scored", scored)
    answer = CliRunner().invoke(app, ["evaluate", "--seeds", "2", "--rule", "R31", "--json"])
    told = json.loads(answer.stdout)
    (row,) = told["rules"]
    assert (row["positives"], row["positives_found"], row["findings"], row["findings_elsewhere"]) == (2, 1, 8, 2)
    assert row["precision"] == 0.5 and row["onset_error_h"] == 2
    assert row["tracing"] == {"cells": 3.0, "top1": pytest.approx((1 * 1.0 + 2 * 0.5) / 3)}
    assert told["missed"] == [{"seed": 2, "rule_id": "R31", "what": "positives found", "count": 1}]


def test_campaign_of_a_seed_is_made_and_scored_with_precision_and_tracing():
    words = ["evaluate", "--seeds", "1", "--scale", "0.01", "--rule", "R12", "--rule", "R31", "--json"]
    answer = CliRunner().invoke(app, words)
    assert answer.exit_code == 0, answer.stderr
    rows = {row["rule_id"]: row for row in json.loads(answer.stdout)["rules"]}
    assert rows["R12"]["findings_elsewhere"] > 0 and rows["R12"]["precision"] == 1.0
    guesses = {f"{guess}top{k}" for guess in ("", "nearest_", "nearest_monitored_", "random_") for k in (1, 3)}
    assert {"cells", *guesses} <= set(rows["R31"]["tracing"])


def test_seeds_and_a_store_together_are_refused(tmp_path):
    for words in (["--seeds", "1", "--store", str(tmp_path)], []):
        answer = CliRunner().invoke(app, ["evaluate", *words])
        assert answer.exit_code == 2 and "--seeds" in answer.stderr
