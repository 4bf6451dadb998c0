"""Rules scored against what a campaign planted: found, refused, falsely raised, and how far off the onset is.

A finding hits a planted case if rule, object and pollutant (where the case names one) agree and the windows touch.
A look-alike about an enterprise at a cell (R31) is hit only by a finding that names the enterprise.

A finding is
- true if it hits a positive of its rule; of R29, R31 and R34 also where no case is planted, but the plumes of the
  campaign (register `plume_truth`, mean over the overpasses of the round) add `plume_ug_m3` or more, 1 by default,
  to one of its cells, or to the cell of one of its stations. That register has no cell below 1 ug/m3: a smaller
  number changes nothing. It knows plumes of stacks, and the heat planted for R31 whose source is known;
- elsewhere if it is about the object of a case planted for another rule, in its window, and hits no case of its own:
  what was planted there is really in the data (R12 finds the exceedance of R01 too), so it is neither true nor false;
- else false, whether it hit a look-alike, a negative or nobody.

Precision is true / (all - elsewhere).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from fusion.engine import Engine
from fusion.findings import Judge, together
from fusion.grid import cell_id, cells_of
from fusion.rulebook import Rule
from fusion.store import Store

JUDGED = """
WITH parts AS (
    SELECT clue_id, object_id AS part_id FROM found
    UNION
    SELECT clue_id, UNNEST(FROM_JSON(JSON_EXTRACT(facts, '$.cells'), '["VARCHAR"]')) FROM found WHERE rule_id = 'R29'
    UNION
    SELECT clue_id, UNNEST(FROM_JSON(JSON_EXTRACT(facts, '$.stations'), '["VARCHAR"]')) FROM found
    WHERE rule_id = 'R34'
),
planted AS (
    SELECT * FROM truth WHERE kind <> 'plume'
),
hits AS (
    SELECT
        f.clue_id,
        t.rule_id,
        t.kind,
        t.object_id,
        DATE_DIFF('minute', t.onset_at, f.onset_at) / 60.0 AS onset_error_h
    FROM found AS f
    INNER JOIN planted AS t
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
    FROM planted AS t
    LEFT JOIN hits AS h ON h.rule_id = t.rule_id AND h.kind = t.kind AND h.object_id = t.object_id
    GROUP BY t.rule_id, t.kind, t.object_id
),
shown AS (
    SELECT f.clue_id
    FROM found AS f
    INNER JOIN parts AS p ON p.clue_id = f.clue_id
    INNER JOIN truth AS t ON t.kind = 'plume' AND t.rule_id = f.rule_id AND t.object_id = p.part_id
),
others AS (
    SELECT f.clue_id
    FROM found AS f
    INNER JOIN parts AS p ON p.clue_id = f.clue_id
    INNER JOIN planted AS t
        ON t.object_id = p.part_id AND t.rule_id <> f.rule_id
        AND t.from_at < f.window_to AND t.to_at > f.window_from
    UNION
    SELECT f.clue_id
    FROM found AS f
    INNER JOIN planted AS t
        ON t.enterprise_id = f.enterprise_id AND t.rule_id <> f.rule_id
        AND t.from_at < f.window_to AND t.to_at > f.window_from
        AND t.object_kind NOT IN ('cell', 'station') AND f.object_kind NOT IN ('cell', 'station')
),
judged AS (
    SELECT
        clue_id,
        rule_id,
        score,
        CASE
            WHEN clue_id IN (SELECT clue_id FROM hits WHERE kind = 'positive') THEN 'true'
            WHEN clue_id IN (SELECT clue_id FROM hits) THEN 'false'
            WHEN clue_id IN (SELECT clue_id FROM shown) THEN 'true'
            WHEN clue_id IN (SELECT clue_id FROM others) THEN 'elsewhere'
            ELSE 'false'
        END AS verdict
    FROM found
)
"""
SCORES = f"""{JUDGED},
raised AS (
    SELECT
        rule_id,
        COUNT(*) AS findings,
        COUNT(CASE WHEN verdict = 'true' THEN 1 END) AS findings_true,
        COUNT(CASE WHEN verdict = 'elsewhere' THEN 1 END) AS findings_elsewhere
    FROM judged
    GROUP BY rule_id
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
    COALESCE(MAX(g.findings_elsewhere), 0) AS findings_elsewhere,
    MAX(CASE WHEN c.kind = 'positive' THEN c.onset_error_h END) AS onset_error_h
FROM rules AS r
LEFT JOIN cases AS c ON c.rule_id = r.rule_id
LEFT JOIN raised AS g ON g.rule_id = r.rule_id
GROUP BY r.rule_id
ORDER BY r.rule_id
"""  # noqa: S608


SCORED = {
    "positives": "planted violations",
    "positives_found": "of them found",
    "negatives": "planted cases without a violation",
    "negatives_refused": "of them not raised",
    "lookalikes": "planted cases that look like one and are none",
    "lookalikes_refused": "of them not raised",
    "findings": "findings",
    "findings_true": "of them about a planted violation, or about a plume that is there",
    "findings_elsewhere": "of them about what is planted for another rule: neither true nor false",
}


REGISTERS = "registers"
PLUME_UG_M3 = 1.0
CELL_RULES, STATION_RULE = ("R29", "R31"), "R34"
PLUMES = """
SELECT * FROM planted
UNION ALL BY NAME
SELECT
    r.rule_id, 'plume' AS kind, r.object_kind, r.object_id, 'PM25' AS pollutant, p.from_at, p.to_at,
    'plumes reach it' AS note
FROM reached AS r
CROSS JOIN (SELECT MIN(from_at) AS from_at, MAX(to_at) AS to_at FROM planted) AS p
"""


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


def judged(found: pa.Table, truth: pa.Table) -> pa.Table:
    """One row a finding: clue_id, rule_id, score, and verdict: true, false or elsewhere."""
    with duckdb.connect(":memory:") as db:
        db.register("found", found)
        db.register("truth", truth)
        return db.sql(f"{JUDGED} SELECT * FROM judged ORDER BY clue_id").to_arrow_table()


def precision(row: Mapping[str, Any]) -> float | None:
    """Of a rule's findings that are not about a case of another rule the true ones; None without any."""
    judged = int(row["findings"]) - int(row["findings_elsewhere"])
    return int(row["findings_true"]) / judged if judged else None


def read_truth(campaign: Path, plume_ug_m3: float = PLUME_UG_M3) -> pa.Table:
    """What a campaign planted, and as rows of kind `plume` the cells and micro-stations its plumes reach.

    Raises  duckdb.Error if the folder holds no campaign
    """
    with duckdb.connect(":memory:") as db:
        planted = db.sql(f"SELECT * FROM {_register(campaign, 'truth')} ORDER BY rule_id, kind, object_id")
        db.register("planted", planted.to_arrow_table())
        if not has_plumes(campaign):
            return db.sql("SELECT * FROM planted").to_arrow_table()
        plumes = f"""SELECT cell_id FROM {_register(campaign, "plume_truth")} WHERE share > 0
            GROUP BY cell_id HAVING MAX(excess_ug_m3 / share) >= {float(plume_ug_m3)!r}"""
        db.register("reached", _reached(campaign, set(db.sql(plumes).to_arrow_table()["cell_id"].to_pylist())))
        return db.sql(f"{PLUMES} ORDER BY rule_id, kind, object_id").to_arrow_table()


def read_plumes(campaign: Path) -> pa.Table:
    """What each enterprise adds to each cell: cell_id, enterprise_id, excess_ug_m3, share."""
    with duckdb.connect(":memory:") as db:
        return db.sql(f"SELECT * FROM {_register(campaign, 'plume_truth')}").to_arrow_table()


def has_plumes(campaign: Path) -> bool:
    """Whether a campaign tells whose plume is where."""
    return any((campaign / REGISTERS / "plume_truth").glob("*.parquet"))


def _reached(campaign: Path, cells: set[str]) -> pa.Table:
    """Rule, kind of object and object: the cells, and the micro-stations that stand in one of them."""
    rows = [(rule, "cell", cell) for rule in CELL_RULES for cell in sorted(cells)]
    if any((campaign / REGISTERS / "sites").glob("*.parquet")):
        with duckdb.connect(":memory:") as db:
            micro = f"SELECT site_id, lon_deg, lat_deg FROM {_register(campaign, 'sites')} WHERE kind = 'micro'"
            sites = db.sql(f"{micro} ORDER BY site_id").to_arrow_table()
        col, row = cells_of(sites["lon_deg"].to_numpy(), sites["lat_deg"].to_numpy())
        names = zip(sites["site_id"].to_pylist(), col.tolist(), row.tolist(), strict=True)
        rows += [(STATION_RULE, "station", site) for site, c, r in names if cell_id(c, r) in cells]
    columns = zip(*rows, strict=True) if rows else ((), (), ())
    names_of = ("rule_id", "object_kind", "object_id")
    return pa.table({name: pa.array(list(one), pa.string()) for name, one in zip(names_of, columns, strict=True)})


def _register(campaign: Path, name: str) -> str:
    files = str(campaign / REGISTERS / name / "*.parquet").replace("'", "''")
    return f"read_parquet('{files}')"
