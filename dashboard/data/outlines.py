"""Outlines of one city and its counties as plain lists of points, for a small map that needs no layer."""

from __future__ import annotations

from typing import Any

import duckdb
import numpy as np

from dashboard.data.layers import sql

UNIT_DEG = 1e-4


def of_city(db: duckdb.DuckDBPyConnection, city_idx: int) -> list[dict[str, Any]]:
    """The city and its counties: number, level, names, rings of [lon, lat]; empty where there is no such city."""
    rows = db.sql(sql("city_outlines"), params={"city_idx": city_idx}).to_arrow_table().to_pylist()
    return [
        {"idx": row["place_idx"], "level": row["level"], "name_zh": row["name_zh"], "name_en": row["name_en"],
         "rings": _rings(row)}
        for row in rows
    ]  # fmt: skip


def _rings(row: dict[str, Any]) -> list[list[list[float]]]:
    """Points out of first point and steps, see docs/snapshot.md: each ring has one step fewer than points."""
    rings, at = [], 0
    for ring, length in enumerate(row["ring_lengths"]):
        steps = slice(at, at + length - 1)
        at += length - 1
        lon = np.cumsum([row["x0"][ring], *row["dx"][steps]]) * UNIT_DEG
        lat = np.cumsum([row["y0"][ring], *row["dy"][steps]]) * UNIT_DEG
        rings.append(np.column_stack([lon, lat]).round(4).tolist())
    return rings
