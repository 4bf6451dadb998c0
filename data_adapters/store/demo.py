"""The full campaign staged into a store: what `--demo full` is built from."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

from data_adapters.campaign.full import Plan, write_campaign
from data_adapters.catalogue import CATEGORIES
from data_adapters.sources.boundaries import BOUNDARIES
from data_adapters.store.staging import stage

__all__ = ["CAMPAIGN", "Plan", "demo_store"]

CAMPAIGN, STORE, DONE = "campaign", "store", "plan.json"
Told = Callable[[str], None]


def demo_store(folder: Path, plan: Plan, told: Told = lambda what: None) -> Path:
    """The store of a campaign under `folder`, made unless the same one is there.

    Shape   `<folder>/store`, and `<folder>/campaign` with the registers and what was planted; the raw files are removed
    Raises  AdapterError if the folder holds something else, OSError if there is no room
    """
    store, campaign, done = folder / STORE, folder / CAMPAIGN, folder / DONE
    wanted = {"scale": plan.scale, "year": plan.year, "number": plan.number, "seed": plan.seed}
    if done.is_file() and json.loads(done.read_text("utf-8")) == wanted:
        return store
    done.unlink(missing_ok=True)
    shutil.rmtree(store, ignore_errors=True)
    write_campaign(campaign, plan, BOUNDARIES.read([], {}).tables["regions"], lambda code, _rows: told(f"make {code}"))
    stage(campaign, store, lambda code, _rows: told(f"stage {code}"))
    for code in CATEGORIES:
        shutil.rmtree(campaign / code, ignore_errors=True)
    done.write_text(json.dumps(wanted) + "\n", encoding="utf-8")
    return store
