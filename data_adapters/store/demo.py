"""The full campaign staged into a store: what `--demo full` is built from."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb

from data_adapters.campaign.full import Plan, write_campaign
from data_adapters.catalogue import CATEGORIES
from data_adapters.sources.boundaries import BOUNDARIES
from data_adapters.store.staging import stage

__all__ = ["CAMPAIGN", "Plan", "demo_store"]

MESSY = {"B02": "pm25_ug_m3", "D01": "pm10_ug_m3", "E01": "o2_pct", "F02": "kwh", "G01": "lon_deg", "I01": "lat_deg"}
CAMPAIGN_VERSION = 7  # of what a plan makes: a store of another one is made anew
BROKEN = ("twelve", "1e999", "=1+1", "12;5", "0x1F", "1 2 3")  # no numbers, whatever the column
CAMPAIGN, STORE, DONE = "campaign", "store", "plan.json"
Told = Callable[[str], None]


def demo_store(folder: Path, plan: Plan, told: Told = lambda what: None) -> Path:
    """The store of a campaign under `folder`, made unless the same one is there.

    Shape   `<folder>/store`, and `<folder>/campaign` with the registers and what was planted; the raw files are removed
    Raises  AdapterError if the folder holds something else, OSError if there is no room
    """
    store, campaign, done = folder / STORE, folder / CAMPAIGN, folder / DONE
    wanted = {
        "campaign": CAMPAIGN_VERSION,
        "scale": plan.scale,
        "year": plan.year,
        "number": plan.number,
        "seed": plan.seed,
    }
    if done.is_file() and json.loads(done.read_text("utf-8")) == wanted:
        return store
    done.unlink(missing_ok=True)
    shutil.rmtree(store, ignore_errors=True)
    write_campaign(campaign, plan, BOUNDARIES.read([], {}).tables["regions"], lambda code, _rows: told(f"make {code}"))
    for code, column in MESSY.items():
        _write_mess(campaign / code, column)
    stage(campaign, store, lambda code, _rows: told(f"stage {code}"))
    for code in CATEGORIES:
        shutil.rmtree(campaign / code, ignore_errors=True)
    done.write_text(json.dumps(wanted) + "\n", encoding="utf-8")
    return store


def _write_mess(folder: Path, column: str) -> None:
    """A small file of rows that must be refused, as every real hand-over has some: a broken number, a broken day."""
    part = sorted(folder.glob("*.parquet"))[-1]
    with duckdb.connect(":memory:") as db:
        asked = f"SELECT * FROM read_parquet($file) LIMIT {len(BROKEN)}"
        rows = db.sql(asked, params={"file": str(part)}).to_arrow_table().to_pylist()
    for row, broken in zip(rows, BROKEN, strict=False):
        row[column] = broken
    with (folder / "rows-to-refuse.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
