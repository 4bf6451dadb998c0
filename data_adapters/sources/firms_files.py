"""Opening a FIRMS file: CSV, a list or lines of JSON records, GeoJSON or ArcGIS points; the values stay text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from data_adapters.files import decode_text, read_bytes
from data_adapters.source import AdapterError, FileAccount
from data_adapters.sources.delimited import RawRows, parse_delimited

NO_LIST = ("is JSON but no list of detections", "expected a list of records or GeoJSON points")
SAME_NAME = {"bright_ti4": "brightness", "bright_ti5": "bright_t31"}  # records of both instruments in one list
EMPTY_COLUMNS = ("latitude", "longitude", "brightness", "acq_date", "acq_time", "satellite", "confidence")


def read_firms_file(path: Path, account: FileAccount) -> RawRows:
    """The rows of the file as text, headings in small letters.

    Raises  AdapterError if it is neither CSV nor JSON
    """
    text, _ = decode_text(path, read_bytes(path, account))
    text = text.lstrip("\ufeff\r\n ")
    if text.lstrip()[:1] in ("[", "{"):
        return _json_rows(path, text)
    raw = parse_delimited(path, text, is_quoted=False)
    raw.frame.columns = pd.Index([str(name).strip('"').lower() for name in raw.frame.columns])
    return _unquoted(raw) if '"' in text else raw


def _unquoted(raw: RawRows) -> RawRows:
    for name in raw.frame.columns if len(raw.frame) else []:
        raw.frame[name] = raw.frame[name].str.strip('" ')
    return raw


def _json_rows(path: Path, text: str) -> RawRows:
    records = [_record(item) for item in _records(path, _document(path, text))]
    if not records:
        return RawRows(pd.DataFrame({name: pd.Series(dtype="str") for name in EMPTY_COLUMNS}), np.arange(0))
    names = list(dict.fromkeys(name for record in records if record for name in record))
    if not names:
        raise AdapterError(path, *NO_LIST)
    kept = [(row, record) for row, record in enumerate(records, start=1) if record is not None]
    columns = {name: [_text(record.get(name)) for _, record in kept] for name in names}
    ragged = [(row, "no record") for row, record in enumerate(records, start=1) if record is None]
    return RawRows(pd.DataFrame(columns, dtype="str"), np.array([row for row, _ in kept]), ragged)


def _document(path: Path, text: str) -> object:
    """What the JSON says; one document a line is a list of them."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) > 1 and isinstance(_loaded(lines[0]), dict):
            return [_loaded(line) for line in lines]
        raise AdapterError(path, f"is not JSON: {error}", "expected a list of records") from error


def _loaded(line: str) -> object:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _records(path: Path, document: object) -> list[Any]:
    if isinstance(document, list):
        return document
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list):
        raise AdapterError(path, *NO_LIST)
    return features


def _record(item: object) -> dict[str, Any] | None:
    """A record under names in small letters; of a GeoJSON or ArcGIS feature its properties and point."""
    if not isinstance(item, dict):
        return None
    own = next((item[key] for key in ("properties", "attributes") if isinstance(item.get(key), dict)), None)
    if own is None and "geometry" in item:
        return None
    named = {str(name).strip().lower(): value for name, value in (item if own is None else own).items()}
    named = {SAME_NAME.get(name, name): value for name, value in named.items()}
    return named if own is None else {**_point(item.get("geometry")), **named}


def _point(geometry: object) -> dict[str, Any]:
    if not isinstance(geometry, dict):
        return {}
    pair = geometry.get("coordinates", [geometry.get("x"), geometry.get("y")])
    return dict(zip(("longitude", "latitude"), pair, strict=False)) if isinstance(pair, list) else {}


def _text(value: object) -> str:
    text = "" if value is None or value != value else str(value).strip()
    return text.encode("utf-8", "replace").decode()
