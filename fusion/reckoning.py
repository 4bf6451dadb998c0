"""What a build knows about its input as a whole: how late it reaches, and which rows found no place."""

from __future__ import annotations

from datetime import datetime, timedelta

from fusion.engine import Engine

UTC_OFFSET = timedelta(hours=8)

LATEST = """
SELECT MAX(latest) AS latest FROM (
    SELECT MAX(e."at") AS latest FROM clue_events AS e
    UNION ALL SELECT MAX(detected_at) FROM clues
    UNION ALL SELECT MAX(observed_at) FROM satellite_detections
    UNION ALL SELECT CAST(MAX(date) AS TIMESTAMP) FROM satellite_grid
    UNION ALL SELECT CAST(MAX(date) AS TIMESTAMP) FROM emission_series
    UNION ALL SELECT CAST(MAX(date) AS TIMESTAMP) FROM ambient_series
    UNION ALL SELECT CAST(MAX(checked_date) AS TIMESTAMP) FROM inspections
    UNION ALL SELECT CAST(MAX(found_date) AS TIMESTAMP) FROM problems
)
"""

# Rows of a canonical table that can't be drawn or counted, because what they refer to isn't there.
LEFT_OUT = {
    "satellite_detections outside the national grid": """
        SELECT COUNT(*) AS n FROM satellite_detections AS d
        LEFT JOIN points AS p ON p.lon_deg = d.lon_deg AND p.lat_deg = d.lat_deg WHERE p.cell_idx IS NULL""",
    "satellite_grid outside the cities": """
        SELECT COALESCE(SUM(g.n), 0) AS n
        FROM (SELECT lon_deg, lat_deg, COUNT(*) AS n FROM satellite_grid GROUP BY lon_deg, lat_deg) AS g
        LEFT JOIN points AS p ON p.lon_deg = g.lon_deg AND p.lat_deg = g.lat_deg
        LEFT JOIN cells AS c ON c.cell_idx = p.cell_idx
        WHERE c.city_idx IS NULL OR c.city_idx = 65535""",
    "region_groups of cities that are not in the boundaries": """
        SELECT COUNT(*) AS n FROM region_groups AS g
        LEFT JOIN places AS p ON p.level = 1 AND p.adcode = g.city_adcode WHERE p.place_idx IS NULL""",
    "inspections of enterprises that are not in the register": """
        SELECT COUNT(*) AS n FROM inspections AS x
        LEFT JOIN enterprises AS e ON e.enterprise_id = x.enterprise_id WHERE e.enterprise_id IS NULL""",
    "problems of enterprises that are not in the register": """
        SELECT COUNT(*) AS n FROM problems AS x
        LEFT JOIN enterprises AS e ON e.enterprise_id = x.enterprise_id WHERE e.enterprise_id IS NULL""",
    "emission_series of enterprises that are not in the register": """
        SELECT COUNT(*) AS n FROM emission_series AS x
        LEFT JOIN enterprises AS e ON e.enterprise_id = x.enterprise_id WHERE e.enterprise_id IS NULL""",
    "clue_events of clues that are not listed": """
        SELECT COUNT(*) AS n FROM clue_events AS x
        LEFT JOIN clues AS k ON k.clue_id = x.clue_id WHERE k.clue_id IS NULL""",
    "ambient_series outside the cities": """
        SELECT COUNT(*) AS n FROM ambient_series AS a
        LEFT JOIN places AS p ON p.level = 1 AND p.adcode = COALESCE(a.city_adcode, a.place_code)
        WHERE p.place_idx IS NULL""",
}


def latest_time(engine: Engine, now: datetime) -> datetime:
    """The latest time any fact speaks of, UTC+8; the time of the build if there is no fact at all."""
    found = engine.query(LATEST)["latest"].to_pylist()[0]
    if isinstance(found, datetime):
        return found.replace(microsecond=0)
    return (now + UTC_OFFSET).replace(tzinfo=None, microsecond=0)


def left_out(engine: Engine) -> dict[str, int]:
    """Rows that found no place in the snapshot, by reason; only reasons that occur."""
    counts = {reason: int(engine.query(question)["n"].to_pylist()[0]) for reason, question in LEFT_OUT.items()}
    return {reason: count for reason, count in counts.items() if count}
