"""Whether a score means what it says: by bins of the score, how much of it was true, where a campaign's truth is known.

Of the rules: findings judged against what was planted (`fusion.evaluate`); those about what was planted for another
rule are neither true nor false and left out. Of the attribution (R31): each candidate named, its share of the score of
all in reach, against whether it is the enterprise whose plumes add most to that cell; cells to which plumes add
`LEAST_UG_M3` or more together, as in `fusion.attribution.score_tracing`. Verdicts of checks are in the snapshot
anyway (clues), the dashboard counts them.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa

from fusion.evaluate import has_plumes, judged, read_plumes, read_truth

BINS = 10
LEAST_UG_M3 = 3.0
SCHEMA = pa.schema(
    [
        ("basis", pa.string()),
        ("bin", pa.uint8()),
        ("n", pa.uint32()),
        ("n_true", pa.uint32()),
        ("mean_score", pa.float64()),
    ]
)
BINNED = f"""
SELECT
    CAST($basis AS VARCHAR) AS basis,
    CAST(LEAST(FLOOR(score * {BINS}), {BINS - 1}) AS UTINYINT) AS bin,
    COUNT(*) AS n,
    COUNT(CASE WHEN is_true THEN 1 END) AS n_true,
    CAST(SUM(CAST(score AS DECIMAL(18, 6))) / COUNT(*) AS DOUBLE) AS mean_score
FROM scored
GROUP BY ALL
ORDER BY bin
"""  # noqa: S608
OF_RULES = "SELECT score, verdict = 'true' AS is_true FROM judged WHERE verdict <> 'elsewhere'"
OF_ATTRIBUTION = """
WITH totals AS (
    SELECT cell_id, SUM(excess_ug_m3) AS total, ARG_MAX(enterprise_id, excess_ug_m3) AS owner
    FROM plumes
    GROUP BY cell_id
),
named AS (
    SELECT object_id AS cell_id, UNNEST(FROM_JSON(JSON_EXTRACT(facts, '$.candidates'), $shape)) AS one
    FROM found
    WHERE rule_id = 'R31'
)
SELECT n.one.share AS score, n.one.enterprise_id = t.owner AS is_true
FROM named AS n
INNER JOIN totals AS t ON t.cell_id = n.cell_id
WHERE t.total >= $least
"""
SHAPE = '[{"enterprise_id": "VARCHAR", "share": "DOUBLE"}]'


def calibration(found: pa.Table, campaign: Path | None) -> pa.Table:
    """Bins of scores with what was true of them, as SCHEMA; without a campaign none.

    Raises  duckdb.Error if the folder holds no campaign
    """
    parts = [SCHEMA.empty_table()]
    if campaign:
        parts.append(_binned("rules", OF_RULES, {"judged": judged(found, read_truth(campaign))}, {}))
    if campaign and has_plumes(campaign):
        tables = {"found": found, "plumes": read_plumes(campaign)}
        parts.append(_binned("attribution", OF_ATTRIBUTION, tables, {"shape": SHAPE, "least": LEAST_UG_M3}))
    return pa.concat_tables(parts)


def _binned(basis: str, question: str, tables: dict[str, pa.Table], values: dict[str, str | float]) -> pa.Table:
    with duckdb.connect(":memory:") as db:
        for name, table in tables.items():
            db.register(name, table)
        db.register("scored", db.sql(question, params=values).to_arrow_table())
        return db.sql(BINNED, params={"basis": basis}).to_arrow_table().cast(SCHEMA)
