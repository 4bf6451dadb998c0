"""What stations and complaints say of places whose truth is known: `python -m benchmarks.evidence_truth DEMO SNAPSHOT`.

DEMO is a folder with the `store` and the `campaign` of the full demo, SNAPSHOT one made of it. The tables of
docs/evidence.md are what it prints.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fusion.engine import Engine, step_sql
from fusion.evidence import evidence_values

MEMORY = "4GB"
# Kind of station, what is compared, reach in km, and the ratio from which on it speaks against.
STATIONS = [("air", "PM25", km, 1.0) for km in (3, 4, 5)]
STATIONS += [("network", what, km, 0.9) for what in ("PM25", "sulfate") for km in (10, 15, 30)]
OF_STATIONS = ("station_hours", "component_hours", "voc_hours", "sites", "grid_cells", "city_days")
OF_RECORDS = (
    "enterprises",
    "grid_cells",
    "complaints",
    "cems_days",
    "power_days",
    "power_hours",
    "permits",
    "penalties",
)
# Every cell as if a clue were there, with what plumes add to it in truth.
CELLS = """
    SELECT c.cell_id AS clue_id, c.cell_id AS object_id, c.lon_deg, c.lat_deg, c.city_adcode, 'PM25' AS ambient,
        $what AS component, DATE '2023-07-23' AS day_from, DATE '2023-08-02' AS day_to,
        TIMESTAMP '2023-07-20' AS window_from, COALESCE(t.added, 0) AS added
    FROM grid_cells AS c
    LEFT JOIN (SELECT cell_id, SUM(excess_ug_m3) AS added FROM truth GROUP BY cell_id) AS t ON t.cell_id = c.cell_id"""
BY_TRUTH = """
    SELECT CASE WHEN added < 1 THEN 0 WHEN added < 3 THEN 1 WHEN added < 5 THEN 3 ELSE 5 END AS plumes_add,
        COUNT(*) AS cells, MEDIAN(value) AS ratio, AVG(CAST(value >= 1.1 AS INT)) AS supports,
        AVG(CAST(value <= $low AS INT)) AS against
    FROM said INNER JOIN clue_places AS p ON p.clue_id = said.clue_id
    WHERE said.kind = $kind AND away_km IS NOT NULL GROUP BY ALL ORDER BY ALL"""
PLACES = """
    SELECT 'enterprises' AS kind, enterprise_id AS id, lon_deg, lat_deg FROM enterprises WHERE lon_deg IS NOT NULL
    UNION ALL SELECT 'cells', cell_id, lon_deg, lat_deg FROM grid_cells
    UNION ALL SELECT 'hot cells of R29', cell_id, lon_deg, lat_deg FROM grid_cells
        WHERE cell_id IN (SELECT cell_id FROM findings WHERE rule_id = 'R29')"""
AS_CLUES = """
    SELECT CONCAT(kind, id) AS clue_id, kind, CAST(NULL AS VARCHAR) AS enterprise_id, 'satellite' AS category,
        TIMESTAMP '2023-07-20' AS window_from, TIMESTAMP '2023-08-02 18:00' AS window_to,
        DATE '2023-07-23' AS day_from, DATE '2023-08-02' AS day_to, lon_deg, lat_deg FROM places"""
BY_PLACE = """
    SELECT p.kind, COUNT(*) AS places, AVG(CAST(s.n >= 1 AS INT)) AS one, AVG(CAST(s.n >= 2 AS INT)) AS two,
        AVG(CAST(s.n >= 3 AS INT)) AS three
    FROM said AS s INNER JOIN clue_places AS p ON p.clue_id = s.clue_id
    WHERE s.kind = 'complaint' GROUP BY p.kind ORDER BY p.kind"""


def stations(demo: Path) -> None:
    """For each kind of station, compound and reach: the ratio to the stations around, by what plumes add."""
    numbers = evidence_values()
    with Engine(MEMORY) as engine:
        _see(engine, demo, OF_STATIONS)
        engine.view("truth", f"SELECT * FROM '{demo}/campaign/registers/plume_truth/part-all.parquet'")
        engine.make("station_days", step_sql("evidence/station_days"), numbers)
        for kind, what, km, low in STATIONS:
            engine.make("clue_places", CELLS, {"what": what})
            engine.make("said", step_sql("evidence/said_by_stations"), numbers | {f"{kind}_km": float(km)})
            _tell(f"{kind} {what} {km} km", engine, BY_TRUTH, {"kind": kind, "low": low})


def complaints(demo: Path, snapshot: Path) -> None:
    """How many places have one, two, three complaints around: enterprises, cells, and hot cells of R29."""
    with Engine(MEMORY) as engine:
        _see(engine, demo, OF_RECORDS)
        engine.view("findings", f"SELECT * FROM '{snapshot}/findings.parquet'")
        engine.make("places", PLACES, {})
        engine.make("clue_places", AS_CLUES, {})
        engine.make("said", step_sql("evidence/said_by_records"), evidence_values())
        _tell("complaints within reach", engine, BY_PLACE, {})


def _see(engine: Engine, demo: Path, tables: tuple[str, ...]) -> None:
    for table in tables:
        engine.view(table, f"SELECT * FROM read_parquet('{demo}/store/{table}/*/*/part.parquet', union_by_name=true)")


def _tell(what: str, engine: Engine, asked: str, values: dict[str, object]) -> None:
    table = engine.query(asked, values).to_pandas().round(3).to_string()
    sys.stdout.write(f"{what}\n{table}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    stations(Path(sys.argv[1]))
    complaints(Path(sys.argv[1]), Path(sys.argv[2]))
