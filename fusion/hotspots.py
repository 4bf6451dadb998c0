"""The numbers of the hotspot steps, from `hotspots.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib import resources
from typing import Any

import pyarrow as pa


@dataclass(frozen=True)
class HotspotParameters:
    """What the steps are told: single numbers, and one row per product."""

    percentile: float
    median_ratio: float
    window_days: int
    products: pa.Table
    raw: dict[str, Any]


def hotspot_parameters() -> HotspotParameters:
    """The numbers in `fusion/hotspots.toml`."""
    raw = tomllib.loads(resources.files("fusion").joinpath("hotspots.toml").read_text("utf-8"))
    products = [{"product": name, **numbers} for name, numbers in raw["product"].items()]
    return HotspotParameters(
        float(raw["percentile"]),
        float(raw["median_ratio"]),
        int(raw["window_days"]),
        pa.Table.from_pylist(products),
        raw,
    )
