"""Files for taking away: exactly the rows in scope, as CSV or GeoJSON, each row saying where it comes from."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from fusion.snapshot import corners_of

FORMS: dict[str, tuple[str, ...]] = {
    "clues": ("csv", "geojson"),
    "enterprises": ("csv", "geojson"),
    "hotspots": ("csv", "geojson"),
    "checks": ("csv",),
    "positions": ("csv",),
}
BOM = b"\xef\xbb\xbf"
FORMULA = r"^[=+\-@\t\r]"
INTERNAL = ("clue_idx", "rule_idx", "county_idx", "stages")


def written(rows: pa.Table, form: str, is_synthetic: bool) -> tuple[bytes, str]:
    """`rows` as a file and its media type.

    Note  a CSV begins with a byte-order mark, for spreadsheets to read its Chinese; hotspots become their squares
    """
    rows = rows.drop_columns([name for name in INTERNAL if name in rows.column_names])
    origin = "synthetic" if is_synthetic else "real"
    rows = rows.append_column("data_origin", pa.array([origin] * rows.num_rows, pa.string()))
    if form == "csv":
        sink = io.BytesIO(BOM)
        sink.seek(len(BOM))
        pyarrow.csv.write_csv(_without_formulas(rows), sink)
        return sink.getvalue(), "text/csv"
    return json.dumps(_collection(rows), ensure_ascii=False, default=str).encode(), "application/geo+json"


def _without_formulas(rows: pa.Table) -> pa.Table:
    """`rows` with an apostrophe before every text that a spreadsheet would calculate."""
    for at, field in enumerate(rows.schema):
        if pa.types.is_string(field.type):
            text = rows[field.name]
            guarded = pc.binary_join_element_wise("'", text, "")
            rows = rows.set_column(at, field.name, pc.if_else(pc.match_substring_regex(text, FORMULA), guarded, text))
    return rows


def _collection(rows: pa.Table) -> dict[str, Any]:
    properties = rows.drop_columns(["lon_deg", "lat_deg"]).to_pylist()
    features = [
        {"type": "Feature", "geometry": geometry, "properties": values}
        for geometry, values in zip(_geometries(rows), properties, strict=True)
    ]
    return {"type": "FeatureCollection", "features": features}


def _geometries(rows: pa.Table) -> list[dict[str, Any] | None]:
    if "cell_col" in rows.column_names:
        lon_deg, lat_deg = corners_of(rows["cell_col"].to_numpy(), rows["cell_row"].to_numpy())
        corners = np.stack([lon_deg, lat_deg], axis=-1)
        rings = np.concatenate([corners, corners[:, :1]], axis=1).round(5).tolist()
        return [{"type": "Polygon", "coordinates": [ring]} for ring in rings]
    return [
        None if lon is None or lat is None else {"type": "Point", "coordinates": [lon, lat]}
        for lon, lat in zip(rows["lon_deg"].to_pylist(), rows["lat_deg"].to_pylist(), strict=True)
    ]
