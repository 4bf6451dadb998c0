"""Rows of a table in any form it is handed in: delimited text, a workbook, JSON records, points of GeoJSON.

Every value stays the text it was; a workbook and CSV are read as in `delimited`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from data_adapters.files import SAVE_OR_DECLARE, decode_text, read_bytes
from data_adapters.source import AdapterError, FileAccount
from data_adapters.sources.delimited import ZIP_MAGIC, RawRows, parse_delimited, read_delimited

NO_LIST = ("is JSON but no list of records", "expected a list of objects, one object a line, or GeoJSON points")
LISTS = ("features", "data", "rows", "records", "result", "results", "list", "items")


def read_rows(path: Path, account: FileAccount, encoding: str | None = None, sheet: str | None = None) -> RawRows:
    """The rows of a file as text under its own headings; lines without any text are no rows, and are counted.

    Raises  AdapterError if there is no table in it
    """
    content = read_bytes(path, account)
    if content.startswith(ZIP_MAGIC):
        return read_delimited(path, account, sheet)
    text, found = decode_text(path, content, encoding, SAVE_OR_DECLARE)
    if found != "utf-8-sig":
        account.notes.append(f"read as {found}")
    text = text.lstrip("\ufeff\r\n ")
    if text.startswith(("[", "{")):
        return _json_rows(path, text)
    raw = parse_delimited(path, text)
    blank = 0 if '"' in text else sum(1 for line in text.splitlines() if not line.strip())
    if blank:
        raw.notes.append(f"{blank} empty lines")
    return raw


def _json_rows(path: Path, text: str) -> RawRows:
    items = _listed(path, _document(path, text))
    records = [_record(item) for item in items]
    names = list(dict.fromkeys(name for record in records if record for name in record))
    if not names:
        raise AdapterError(path, *NO_LIST)
    kept = [(row, record) for row, record in enumerate(records, start=1) if record is not None]
    columns = {name: [_text(record.get(name)) for _, record in kept] for name in names}
    broken = [(row, _text(items[row - 1])) for row, record in enumerate(records, start=1) if record is None]
    return RawRows(pd.DataFrame(columns, dtype="str"), np.array([row for row, _ in kept], dtype=np.int64), broken)


def _document(path: Path, text: str) -> object:
    """What the JSON says; one document a line is a list of them."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) > 1 and isinstance(_loaded(lines[0]), dict):
            return [_loaded(line) for line in lines]
        raise AdapterError(path, f"is not JSON: {error}", NO_LIST[1]) from error


def _loaded(line: str) -> object:
    """A line as a document; the line itself, which is no record, where it is none."""
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return line


def _listed(path: Path, document: object) -> list[Any]:
    if isinstance(document, list):
        return document
    own = {str(name).lower(): value for name, value in document.items()} if isinstance(document, dict) else {}
    found: list[Any] | None = next((own[name] for name in LISTS if isinstance(own.get(name), list)), None)
    if found is None:
        raise AdapterError(path, *NO_LIST)
    return found


def _record(item: object) -> dict[str, Any] | None:
    """An object; of a feature its properties, with longitude and latitude of its point."""
    if not isinstance(item, dict):
        return None
    own = next((item[key] for key in ("properties", "attributes") if isinstance(item.get(key), dict)), None)
    if own is None:
        return None if "geometry" in item else {str(name).strip(): value for name, value in item.items()}
    return {**_point(item.get("geometry")), **{str(name).strip(): value for name, value in own.items()}}


def _point(geometry: object) -> dict[str, Any]:
    if not isinstance(geometry, dict):
        return {}
    pair = geometry.get("coordinates", [geometry.get("x"), geometry.get("y")])
    return dict(zip(("longitude", "latitude"), pair, strict=False)) if isinstance(pair, list) else {}


def _text(value: object) -> str:
    if isinstance(value, (dict, list)):
        value = json.dumps(value, ensure_ascii=False)
    text = "" if value is None or value != value else str(value).strip()
    return text.encode("utf-8", "replace").decode()
