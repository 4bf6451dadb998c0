"""R09: marks that begin when the limit is exceeded. SQL counts by outlet, the few that count are tested exactly."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
from scipy.stats import fisher_exact

from fusion.rules.asked import asked

# Grain    one row per outlet and pollutant with marks beside exceedances, or hours made invalid
# Columns  n_11 exceeding hours with a mark begun within $near_min of the first exceeding ten minutes, n_10 without;
#          n_01 other hours in which a mark begins, n_00 the rest
# Note     marks that begin at the same minute of the day again and again are the device's own zero and span; minutes
#          flagged C are span gas, not flue gas
COUNTS = """
WITH minutes AS (
    SELECT
        m.outlet_id,
        m.pollutant,
        m.time,
        m.flag,
        m.zs_mg_m3 / l.limit_mg_m3 AS ratio
    FROM cems_minutes AS m
    INNER JOIN limits AS l
        ON l.outlet_id = m.outlet_id AND l.pollutant = m.pollutant AND l.averaging = 'hour'
        AND l.valid_from <= CAST(m.time AS DATE) AND l.valid_to > CAST(m.time AS DATE)
    WHERE m.time >= $as_of::TIMESTAMP - INTERVAL 1 DAY * $win_d AND m.zs_mg_m3 IS NOT NULL AND m.flag <> 'F'
),
tens AS (
    SELECT
        outlet_id,
        pollutant,
        DATE_TRUNC('hour', time) AS hour,
        FLOOR(EXTRACT(MINUTE FROM time) / 10) AS ten,
        AVG(CASE WHEN flag <> 'C' THEN ratio END) AS ratio,
        MIN(CASE WHEN flag <> 'C' AND ratio > 1 THEN time END) AS first_over
    FROM minutes
    GROUP BY outlet_id, pollutant, DATE_TRUNC('hour', time), FLOOR(EXTRACT(MINUTE FROM time) / 10)
),
hours AS (
    SELECT
        outlet_id,
        pollutant,
        hour,
        MIN(CASE WHEN ratio > 1 THEN first_over END) AS first_over
    FROM tens
    GROUP BY outlet_id, pollutant, hour
),
fixed AS (
    SELECT outlet_id, EXTRACT(HOUR FROM from_at) * 60 + EXTRACT(MINUTE FROM from_at) AS minute_of_day
    FROM cems_marks
    WHERE mark_type IN ('fault', 'maintenance', 'calibration')
    GROUP BY outlet_id, EXTRACT(HOUR FROM from_at) * 60 + EXTRACT(MINUTE FROM from_at)
    HAVING COUNT(DISTINCT CAST(from_at AS DATE)) >= $fixed_days
),
marks AS (
    SELECT DISTINCT k.outlet_id, k.pollutant, k.from_at
    FROM cems_marks AS k
    LEFT JOIN fixed AS f
        ON f.outlet_id = k.outlet_id
        AND f.minute_of_day = EXTRACT(HOUR FROM k.from_at) * 60 + EXTRACT(MINUTE FROM k.from_at)
    WHERE k.mark_type IN ('fault', 'maintenance', 'calibration') AND f.outlet_id IS NULL
        AND k.outlet_id IN (SELECT DISTINCT outlet_id FROM hours)
),
beside AS (
    SELECT
        h.outlet_id,
        h.pollutant,
        h.hour,
        h.first_over,
        MAX(CASE
            WHEN h.first_over IS NULL THEN CASE WHEN DATE_TRUNC('hour', k.from_at) = h.hour THEN 1 ELSE 0 END
            WHEN ABS(DATE_DIFF('minute', k.from_at, h.first_over)) <= $near_min THEN 1 ELSE 0
        END) AS is_marked
    FROM hours AS h
    LEFT JOIN marks AS k
        ON k.outlet_id = h.outlet_id AND (k.pollutant = h.pollutant OR k.pollutant = '*')
        AND k.from_at >= h.hour - INTERVAL 1 HOUR AND k.from_at < h.hour + INTERVAL 2 HOUR
    GROUP BY h.outlet_id, h.pollutant, h.hour, h.first_over
),
emptied AS (
    SELECT m.outlet_id, m.pollutant, DATE_TRUNC('hour', m.time) AS hour
    FROM minutes AS m
    GROUP BY m.outlet_id, m.pollutant, DATE_TRUNC('hour', m.time)
    HAVING COUNT(CASE WHEN m.flag = 'N' THEN 1 END) BETWEEN 1 AND $valid_min - 1
        AND COUNT(CASE WHEN m.flag IN ('M', 'C', 'D') THEN 1 END) > 0
        AND AVG(CASE WHEN m.flag = 'N' THEN m.ratio END) > 1
),
counts AS (
    SELECT
        outlet_id,
        pollutant,
        COUNT(CASE WHEN first_over IS NOT NULL AND is_marked = 1 THEN 1 END) AS n_11,
        COUNT(CASE WHEN first_over IS NOT NULL AND COALESCE(is_marked, 0) = 0 THEN 1 END) AS n_10,
        COUNT(CASE WHEN first_over IS NULL AND is_marked = 1 THEN 1 END) AS n_01,
        COUNT(CASE WHEN first_over IS NULL AND COALESCE(is_marked, 0) = 0 THEN 1 END) AS n_00,
        MIN(CASE WHEN first_over IS NOT NULL AND is_marked = 1 THEN hour END) AS first_hour,
        MAX(CASE WHEN first_over IS NOT NULL AND is_marked = 1 THEN hour END) AS last_hour
    FROM beside
    GROUP BY outlet_id, pollutant
),
invalid AS (
    SELECT outlet_id, pollutant, COUNT(*) AS hours, MIN(hour) AS first_hour, MAX(hour) AS last_hour
    FROM emptied
    GROUP BY outlet_id, pollutant
),
plants AS (
    SELECT outlet_id, enterprise_id FROM cems_flow
)
SELECT
    c.outlet_id,
    p.enterprise_id,
    c.pollutant,
    c.n_11,
    c.n_10,
    c.n_01,
    c.n_00,
    COALESCE(i.hours, 0) AS emptied_hours,
    LEAST(c.first_hour, i.first_hour) AS first_hour,
    GREATEST(c.last_hour, i.last_hour) AS last_hour
FROM counts AS c
LEFT JOIN invalid AS i ON i.outlet_id = c.outlet_id AND i.pollutant = c.pollutant
LEFT JOIN plants AS p ON p.outlet_id = c.outlet_id
WHERE c.n_11 >= $n_min OR i.hours >= $emptied_h
ORDER BY c.outlet_id, c.pollutant
"""


def find(ask: Callable[..., pa.Table], values: Mapping[str, Any]) -> pa.Table:
    """Outlets whose marks begin with exceedances more often than chance allows, or whose invalid hours hide them."""
    told = [_judged(row, values) for row in ask(COUNTS, values).to_pylist()]
    return asked("outlet", [row for row in told if row is not None])


def _judged(row: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any] | None:
    """A finding, or None where chance will do."""
    n_11, n_10, n_01, n_00 = (int(row[name]) for name in ("n_11", "n_10", "n_01", "n_00"))
    share_over = n_11 / max(n_11 + n_10, 1)
    share_else = (n_01 + 0.5) / (n_01 + n_00 + 1)  # half an event more, so that "never" divides
    lift = share_over / share_else
    p_value = float(fisher_exact([[n_11, n_10], [n_01, n_00]], alternative="greater").pvalue)
    is_clustered = n_11 >= values["n_min"] and lift >= values["lift_min"] and p_value < values["p_max"]
    is_emptied = row["emptied_hours"] >= values["emptied_h"]
    end: datetime = row["last_hour"] + timedelta(hours=1)
    if not (is_clustered or is_emptied) or end <= values["from_at"]:
        return None
    facts = {
        "events_marked": n_11,
        "events_unmarked": n_10,
        "other_hours_marked": n_01,
        "lift": round(lift, 2),
        "p_value": p_value,
        "emptied_hours": int(row["emptied_hours"]),
        "is_clustered": is_clustered,
    }
    return {
        "object_id": row["outlet_id"],
        "enterprise_id": row["enterprise_id"],
        "outlet_id": row["outlet_id"],
        "pollutant": row["pollutant"],
        "window_from": row["first_hour"],
        "window_to": end,
        "onset_at": row["first_hour"],
        "severity": 1,
        "score": min(1.0, 0.7 + 0.02 * n_11),
        "facts": facts,
    }
