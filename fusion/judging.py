"""All rules over one build: each with the parameters of the region it looks at, one finding a clue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

import duckdb
import pyarrow as pa

from fusion.engine import Engine
from fusion.findings import FINDINGS, Judge, together
from fusion.kept import Kept
from fusion.rulebook import Rule, Value
from fusion.side_by_side import side_by_side

WITHOUT_ROUND = timedelta(days=14)
ROUND_BEGIN = """
SELECT MAX(from_date) AS first FROM rounds WHERE from_date <= CAST($as_of AS DATE) AND to_date > CAST($as_of AS DATE)
"""
ONE_A_CLUE = """
WITH placed AS (
    SELECT f.*, COALESCE(e.city_adcode, c.city_adcode) AS city_adcode
    FROM all_findings AS f
    LEFT JOIN enterprises AS e ON e.enterprise_id = f.enterprise_id
    LEFT JOIN grid_cells AS c ON c.cell_id = f.cell_id
),
meant AS (
    SELECT p.*, ROW_NUMBER() OVER (PARTITION BY p.clue_id ORDER BY p.score DESC) AS place
    FROM placed AS p
    LEFT JOIN members AS m ON m.rule_id = p.rule_id AND m.city_adcode = p.city_adcode
    WHERE COALESCE(m.group_code, '') = p.group_code
)
SELECT * FROM meant WHERE place = 1 ORDER BY rule_id, clue_id
"""  # noqa: S608


RAISED = """
SELECT * REPLACE (MIN(detected_at) OVER same AS detected_at)
FROM parts
WINDOW same AS (PARTITION BY clue_id)
QUALIFY ROW_NUMBER() OVER (PARTITION BY clue_id ORDER BY parts.detected_at DESC) = 1
ORDER BY rule_id, clue_id
"""


def judged_from(engine: Engine, as_of: datetime) -> datetime:
    """The begin of the round `as_of` lies in, else the time so many days before."""
    first = engine.query(ROUND_BEGIN, {"as_of": as_of})["first"].to_pylist()[0]
    return datetime(first.year, first.month, first.day) if first else as_of - WITHOUT_ROUND


def all_findings(engine: Engine, judge: Judge, rules: Mapping[str, Rule], kept: Kept | None = None) -> pa.Table:
    """What all rules find, or were found to on the same data. A rule with profiles is asked once a profile in force; of
    each city its own answer counts.
    """
    return one_a_clue(engine, rules, answers(judge, rules, kept), judge.times["as_of"])


def answers(judge: Judge, rules: Mapping[str, Rule], kept: Kept | None = None) -> list[pa.Table]:
    """What each rule finds with each of its profiles in force, in their order; `group_code` is the profile's."""
    day = judge.times["as_of"].date()
    asked = [(rule, group) for rule in rules.values() for group in ("", *rule.groups_on(day))]
    found = side_by_side(judge, [partial(_found, rule, rule.values(group), kept) for rule, group in asked])
    return [
        one.append_column("group_code", pa.repeat(pa.scalar(group), one.num_rows))
        for one, (_, group) in zip(found, asked, strict=True)
    ]


def one_a_clue(engine: Engine, rules: Mapping[str, Rule], parts: Sequence[pa.Table], as_of: datetime) -> pa.Table:
    """Of the answers of all rules at `as_of` those that count where they are."""
    day = as_of.date()
    members = [one for rule in rules.values() for one in _members(engine, rule.rule_id, rule.groups_on(day))]
    schema = FINDINGS.schema.append(pa.field("group_code", pa.string()))
    engine.register("all_findings", pa.concat_tables([schema.empty_table(), *(part.cast(schema) for part in parts)]))
    columns = pa.schema([(name, pa.string()) for name in ("rule_id", "group_code", "city_adcode")])
    engine.register("members", pa.Table.from_pylist(members, schema=columns))
    found = engine.query(ONE_A_CLUE).select(FINDINGS.schema.names)
    return together([found.cast(FINDINGS.schema)])


def _found(rule: Rule, values: Mapping[str, Value], kept: Kept | None, judge: Judge) -> pa.Table:
    """A rule of the installation's own may read what has no fingerprint, so it is always asked."""
    if kept is None or not rule.is_built_in:
        return judge.find(rule, values)
    question = {"rule": rule.model_dump_json(exclude={"module"}), "values": values, "by": judge.engine, **judge.times}
    return kept.answer(f"findings-{rule.rule_id}", question, lambda: (judge.find(rule, values), judge.words))


def raised(parts: Sequence[pa.Table]) -> pa.Table:
    """Findings of several evenings: of one found again the first time of detection, all else as known last."""
    with duckdb.connect(":memory:") as db:
        db.register("parts", together(parts))
        return db.sql(RAISED).to_arrow_table().cast(FINDINGS.schema)


def _members(engine: Engine, rule_id: str, groups: Iterable[str]) -> list[dict[str, str]]:
    """The cities of the groups whose profiles are in force; of two groups the first named has the city."""
    chosen: dict[str, str] = {}
    for group in groups:
        found = engine.query("SELECT city_adcode FROM region_groups WHERE group_code = $code", {"code": group})
        for city in found["city_adcode"].to_pylist():
            chosen.setdefault(city, group)
    return [{"rule_id": rule_id, "group_code": group, "city_adcode": city} for city, group in chosen.items()]
