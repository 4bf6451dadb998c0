"""Rules scored against what a campaign planted: found, refused, falsely raised, and how far off the onset is.

A finding hits a planted case if rule, object and pollutant (where the case names one) agree and the windows touch.
A look-alike about an enterprise at a cell (R31) is hit only by a finding that names the enterprise.
A finding of a rule that hits none of its positives is false, whether it hit a look-alike, a negative or nobody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from fusion.engine import Engine
from fusion.findings import Judge, together
from fusion.rulebook import Rule
from fusion.store import Store

SCORES = """
WITH hits AS (
    SELECT
        f.clue_id,
        t.rule_id,
        t.kind,
        t.object_id,
        DATE_DIFF('minute', t.onset_at, f.onset_at) / 60.0 AS onset_error_h
    FROM found AS f
    INNER JOIN truth AS t
        ON t.rule_id = f.rule_id AND t.object_id = f.object_id
        AND (t.pollutant IS NULL OR f.pollutant IS NULL OR t.pollutant = f.pollutant)
        AND t.from_at < f.window_to AND t.to_at > f.window_from
        AND (
            t.kind = 'positive' OR t.object_kind <> 'cell' OR t.enterprise_id IS NULL
            OR CONTAINS(f.facts, t.enterprise_id)
        )
),
cases AS (
    SELECT t.rule_id, t.kind, t.object_id, COUNT(h.clue_id) > 0 AS is_hit, MIN(ABS(h.onset_error_h)) AS onset_error_h
    FROM truth AS t
    LEFT JOIN hits AS h ON h.rule_id = t.rule_id AND h.kind = t.kind AND h.object_id = t.object_id
    GROUP BY t.rule_id, t.kind, t.object_id
),
raised AS (
    SELECT
        f.rule_id,
        COUNT(*) AS findings,
        COUNT(CASE WHEN f.clue_id IN (SELECT clue_id FROM hits WHERE kind = 'positive') THEN 1 END) AS findings_true
    FROM found AS f
    GROUP BY f.rule_id
)
SELECT
    r.rule_id,
    COUNT(CASE WHEN c.kind = 'positive' THEN 1 END) AS positives,
    COUNT(CASE WHEN c.kind = 'positive' AND c.is_hit THEN 1 END) AS positives_found,
    COUNT(CASE WHEN c.kind = 'negative' THEN 1 END) AS negatives,
    COUNT(CASE WHEN c.kind = 'negative' AND NOT c.is_hit THEN 1 END) AS negatives_refused,
    COUNT(CASE WHEN c.kind = 'lookalike' THEN 1 END) AS lookalikes,
    COUNT(CASE WHEN c.kind = 'lookalike' AND NOT c.is_hit THEN 1 END) AS lookalikes_refused,
    COALESCE(MAX(g.findings), 0) AS findings,
    COALESCE(MAX(g.findings_true), 0) AS findings_true,
    MAX(CASE WHEN c.kind = 'positive' THEN c.onset_error_h END) AS onset_error_h
FROM rules AS r
LEFT JOIN cases AS c ON c.rule_id = r.rule_id
LEFT JOIN raised AS g ON g.rule_id = r.rule_id
GROUP BY r.rule_id
ORDER BY r.rule_id
"""


SCORED = {
    "positives": "planted violations",
    "positives_found": "of them found",
    "negatives": "planted cases without a violation",
    "negatives_refused": "of them not raised",
    "lookalikes": "planted cases that look like one and are none",
    "lookalikes_refused": "of them not raised",
    "findings": "findings",
    "findings_true": "of them about a planted violation",
}


@dataclass(frozen=True)
class Moment:
    """When the rules are asked: they see what was before `as_of`, and judge from `from_at` on."""

    from_at: datetime
    as_of: datetime


def findings_of(
    store: Store, rules: Mapping[str, Rule], moments: Sequence[Moment], memory_limit: str = "2GB", threads: int = 2
) -> pa.Table:
    """What the rules find at some moments; what is found again at a later one counts once, as found first."""
    parts: list[pa.Table] = []
    for moment in moments:
        with Engine(memory_limit, threads) as engine:
            store.attach(engine, moment.as_of)
            judge = Judge(engine, moment.as_of, moment.from_at)
            parts += [judge.find(rule, rule.values()) for rule in rules.values()]
    found = together(parts)
    with duckdb.connect(":memory:") as db:
        db.register("found", found)
        first = "SELECT * FROM found QUALIFY ROW_NUMBER() OVER (PARTITION BY clue_id ORDER BY detected_at) = 1"
        return db.sql(f"{first} ORDER BY rule_id, clue_id").to_arrow_table().cast(found.schema)


def scores(found: pa.Table, truth: pa.Table, rules: Mapping[str, Rule]) -> pa.Table:
    """One row a rule: planted cases found and refused, findings and how many of them are true, largest onset error."""
    with duckdb.connect(":memory:") as db:
        db.register("found", found)
        db.register("truth", truth)
        db.register("rules", pa.table({"rule_id": list(rules)}))
        return db.sql(SCORES).to_arrow_table()


def read_truth(campaign: Path) -> pa.Table:
    """What a campaign planted.

    Raises  duckdb.Error if the folder holds no campaign
    """
    with duckdb.connect(":memory:") as db:
        files = str(campaign / "registers" / "truth" / "*.parquet").replace("'", "''")
        return db.sql(f"SELECT * FROM read_parquet('{files}') ORDER BY rule_id, kind, object_id").to_arrow_table()
