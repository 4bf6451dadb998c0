"""The rules as snapshot tables: the list, the texts, and the scores where the truth is known."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa

from fusion.calibration import calibration
from fusion.evaluate import read_truth, scores
from fusion.layout import RULES
from fusion.layout_findings import RULE_METHODS, RULE_SCORES
from fusion.rulebook import Rule

LISTS = ("evidence_zh", "evidence_en", "lookalikes_zh", "lookalikes_en", "checklist_zh", "checklist_en", "law")


def rule_tables(rules: Mapping[str, Rule], found: pa.Table, truth: Path | None) -> dict[str, pa.Table]:
    """Tables rules, rule_methods, rule_scores and calibration; without a truth the last two are empty."""
    scored = scores(found, read_truth(truth), rules).to_pylist() if truth else []
    return {
        "rules": pa.Table.from_pylist([_listed(n, rule) for n, rule in enumerate(rules.values())], schema=RULES.schema),
        "rule_methods": pa.Table.from_pylist([_told(rule) for rule in rules.values()], schema=RULE_METHODS.schema),
        "calibration": calibration(found, truth),
        "rule_scores": pa.Table.from_pylist(scored, schema=RULE_SCORES.schema),
    }


def _listed(number: int, rule: Rule) -> dict[str, object]:
    names = ("rule_id", "name_zh", "name_en", "category", "severity")
    return {"rule_idx": number, **{name: getattr(rule, name) for name in names}}


def _told(rule: Rule) -> dict[str, object]:
    return {
        "rule_id": rule.rule_id,
        "version": rule.version,
        "valid_from": rule.valid_from,
        "fires_zh": rule.fires_zh,
        "fires_en": rule.fires_en,
        "lists_json": json.dumps({name: getattr(rule, name) for name in LISTS}, ensure_ascii=False),
        "parameters_json": json.dumps(
            {name: one.model_dump() for name, one in rule.parameter.items()}, ensure_ascii=False
        ),
        "profiles_json": json.dumps(
            {group: one.model_dump(mode="json") for group, one in rule.profile.items()}, ensure_ascii=False
        ),
        "text": rule.sql or f"{rule.rule_id}.py",
    }
