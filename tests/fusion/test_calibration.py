"""Bins of scores with what was true of them: of findings against planted cases, of candidates against plumes."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data_adapters.catalogue import schema
from fusion.calibration import calibration
from fusion.findings import FINDINGS
from fusion.layout import TABLES

START = datetime(2023, 7, 20)


def finding(rule: str, object_id: str, score: float, **facts: Any) -> dict[str, Any]:
    one = {"clue_id": f"{rule}-{object_id}", "rule_id": rule, "rule_version": "1", "severity": 1, "score": score}
    one |= {"object_kind": "cell" if rule == "R31" else "outlet", "object_id": object_id, "facts": json.dumps(facts)}
    return one | {
        "window_from": START,
        "window_to": START + timedelta(hours=5),
        "onset_at": START,
        "detected_at": START,
    }


def planted(rule: str, object_id: str, kind: str = "positive") -> dict[str, Any]:
    window = {"from_at": START, "to_at": START + timedelta(days=2), "onset_at": START if kind == "positive" else None}
    return {"rule_id": rule, "kind": kind, "object_kind": "outlet", "object_id": object_id, "note": "", **window}


@pytest.fixture
def campaign(tmp_path):
    def write(cases: list[dict[str, Any]], plumes: list[dict[str, Any]] | None = None) -> Path:
        tables = {"truth": pa.Table.from_pylist(cases, schema=schema("truth"))}
        if plumes is not None:
            tables["plume_truth"] = pa.Table.from_pylist(plumes)
        for name, table in tables.items():
            (tmp_path / "registers" / name).mkdir(parents=True)
            pq.write_table(table, tmp_path / "registers" / name / "part-all.parquet")
        return tmp_path

    return write


def bins(found: list[dict[str, Any]], folder: Path | None, basis: str) -> dict[int, tuple[int, int]]:
    table = calibration(pa.Table.from_pylist(found, schema=FINDINGS.schema), folder)
    assert [(field.name, field.type) for field in table.schema] == [
        (c.name, c.type) for c in TABLES["calibration"].columns
    ]
    return {row["bin"]: (row["n_true"], row["n"]) for row in table.to_pylist() if row["basis"] == basis}


def test_findings_are_binned_by_their_score_with_those_that_are_true(campaign):
    folder = campaign([planted("R12", "A"), planted("R12", "B"), planted("R12", "C", "lookalike")])
    found = [finding("R12", name, score) for name, score in (("A", 0.95), ("B", 1.0), ("C", 0.42), ("D", 0.4))]
    assert bins(found, folder, "rules") == {9: (2, 2), 4: (0, 2)}


def test_a_finding_about_what_was_planted_for_another_rule_says_nothing_of_the_score(campaign):
    folder = campaign([planted("R01", "A")])
    assert bins([finding("R12", "A", 0.9), finding("R01", "A", 0.7)], folder, "rules") == {7: (1, 1)}


def test_a_bin_tells_its_mean_score(campaign):
    found = [finding("R12", name, score) for name, score in (("A", 0.21), ("B", 0.28))]
    table = calibration(pa.Table.from_pylist(found, schema=FINDINGS.schema), campaign([planted("R12", "A")]))
    assert table["mean_score"].to_pylist() == [pytest.approx(0.245)]


def plume(cell: str, owner: str, excess: float) -> dict[str, Any]:
    return {"cell_id": cell, "enterprise_id": owner, "excess_ug_m3": excess, "share": 0.5}


def test_a_candidate_is_true_if_its_plumes_add_most_to_the_cell(campaign):
    folder = campaign([planted("R12", "A")], [plume("C1", "E1", 4.0), plume("C1", "E2", 1.0), plume("C2", "E1", 1.0)])
    named = [{"enterprise_id": "E1", "share": 0.55}, {"enterprise_id": "E2", "share": 0.31}]
    found = [finding("R31", "C1", 0.5, candidates=named), finding("R31", "C3", 0.5, candidates=named)]
    assert bins(found, folder, "attribution") == {5: (1, 1), 3: (0, 1)}


def test_a_cell_to_which_plumes_add_little_is_not_judged(campaign):
    folder = campaign([planted("R12", "A")], [plume("C2", "E1", 2.0)])
    found = [finding("R31", "C2", 0.5, candidates=[{"enterprise_id": "E1", "share": 0.9}])]
    assert bins(found, folder, "attribution") == {}


def test_without_a_campaign_nothing_is_claimed():
    assert bins([finding("R12", "A", 0.9)], None, "rules") == {}
