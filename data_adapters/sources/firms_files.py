"""Opening a FIRMS file: CSV, a JSON list of records, or GeoJSON points; the values stay text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from data_adapters.files import decode_text, read_bytes
from data_adapters.source import AdapterError, FileAccount
from data_adapters.sources.delimited import RawRows, parse_delimited

EMPTY_COLUMNS = ("latitude", "longitude", "brightness", "acq_date", "acq_time", "satellite", "confidence")


def read_firms_file(path: Path, account: FileAccount) -> RawRows:
    """The rows of the file as text, headings in small letters.

    Raises  AdapterError if it is neither CSV nor JSON
    """
    text, _ = decode_text(path, read_bytes(path, account))
    text = text.lstrip("\ufeff\r\n\t ")
    raw = _json_rows(path, text) if text[:1] in "[{" else _unquoted(parse_delimited(path, text, is_quoted=False))
    raw.frame.columns = pd.Index([str(name).lower() for name in raw.frame.columns])
    return raw


def _unquoted(raw: RawRows) -> RawRows:
    raw.frame.columns = pd.Index([str(name).strip('"') for name in raw.frame.columns])
    for name in raw.frame.columns if len(raw.frame) else []:
        if raw.frame[name].str.contains('"', regex=False).any():
            raw.frame[name] = raw.frame[name].str.strip('" ')
    return raw


def _json_rows(path: Path, text: str) -> RawRows:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise AdapterError(path, f"is not JSON: {error}") from error
    records = _records(path, document)
    if not records:
        return RawRows(pd.DataFrame({name: pd.Series(dtype="str") for name in EMPTY_COLUMNS}), np.arange(0))
    good = [record if isinstance(record, dict) else None for record in records]
    names = list(dict.fromkeys(name for record in good[:1000] if record for name in record))
    if not names:
        raise AdapterError(path, "is JSON but no list of detections")
    kept = [(row, record) for row, record in enumerate(good, start=1) if record is not None]
    columns = {name: [_text(record.get(name)) for _, record in kept] for name in names}
    ragged = [(row, str(records[row - 1])) for row, record in enumerate(good, start=1) if record is None]
    return RawRows(pd.DataFrame(columns, dtype="str"), np.array([row for row, _ in kept]), ragged)


def _records(path: Path, document: object) -> list[Any]:
    if isinstance(document, list):
        return document
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list):
        raise AdapterError(path, "is JSON but no list of detections")
    return [_from_feature(item) for item in features]


def _from_feature(item: object) -> object:
    if not isinstance(item, dict) or not isinstance(item.get("properties"), dict):
        return item if not isinstance(item, dict) else None
    point = (item.get("geometry") or {}).get("coordinates") or []
    own = dict(zip(("longitude", "latitude"), point, strict=False))
    return {**own, **item["properties"]}


def _text(value: object) -> str:
    text = "" if value is None or value != value else str(value).strip()
    return text.encode("utf-8", "replace").decode()
