"""The nine kinds of evidence: their numbers and how each decides, from `evidence.toml`."""

from __future__ import annotations

import json
import tomllib
from functools import cache
from importlib import resources
from typing import Any

import pyarrow as pa

from fusion.layout_findings import EVIDENCE_METHODS

SHARED = ("window_d", "least_hours")
# Tables made before `evidence_kinds`, in order; none of them becomes one of the snapshot.
STEPS = ("clue_places", "station_days", "said_by_satellites", "said_by_stations", "said_by_records")


@cache
def evidence_raw() -> dict[str, Any]:
    """`fusion/evidence.toml` as it is."""
    return tomllib.loads(resources.files("fusion").joinpath("evidence.toml").read_text("utf-8"))


def evidence_values() -> dict[str, Any]:
    """The numbers as the steps name them: `air_km` is `km` of the kind air."""
    raw = evidence_raw()
    own = {f"{kind}_{name}": value for kind, one in raw["kind"].items() for name, value in _numbers(one).items()}
    return own | {name: raw[name] for name in SHARED}


def evidence_methods() -> pa.Table:
    """Table evidence_methods: the kinds in the order they are shown, each with its sentence and its numbers."""
    raw = evidence_raw()
    rows = []
    for place, (kind, one) in enumerate(raw["kind"].items()):
        numbers = _numbers(one) | {name: raw[name] for name in SHARED}
        told = {name: one[name].format(**numbers) for name in ("how_zh", "how_en")}
        rows.append({"kind": kind, "place": place, **told, "parameters_json": json.dumps(_numbers(one))})
    return pa.Table.from_pylist(rows, schema=EVIDENCE_METHODS.schema)


def _numbers(kind: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in kind.items() if not name.startswith("how_")}
