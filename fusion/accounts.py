"""Where the data come from: the catalogue, every file, every reason for a rejected row, as snapshot tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import PurePath
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv

from data_adapters.run import SourceRun
from data_adapters.tables import Table
from fusion.layout_accounts import CATEGORIES, REJECTS, SOURCE_FILES

CATALOGUE_COLUMNS = ("code", "group_zh", "group_en", "name_zh", "name_en", "provider_zh", "provider_en", "cadence",
                     "canonical_table", "expected_lag_h", "data_class", "owner")  # fmt: skip


def catalogue_table() -> pa.Table:
    """The 49 categories as they are expected, whatever arrived of them."""
    with resources.files("data_adapters").joinpath("catalogue", "catalogue.csv").open("rb") as file:
        data = pa_csv.read_csv(file)
    types = {column.name: column.type for column in CATEGORIES.columns}
    data = data.rename_columns([{"rows_per_day": "expected_rows_per_day"}.get(n, n) for n in data.column_names])
    wanted = (*CATALOGUE_COLUMNS, "expected_rows_per_day")
    return pa.table({name: data[name].cast(types[name]) for name in wanted})


def file_table(runs: Sequence[SourceRun]) -> pa.Table:
    """Every file of every source; folders stay behind, they may tell too much."""
    rows = [
        {
            "source": run.name,
            "number": number,
            "path": PurePath(file.path).name,
            "bytes": file.bytes,
            "sha256": file.sha256,
            "read": file.read,
            "accepted": file.accepted,
            "rejected": sum(file.rejected.values()),
            "notes": "; ".join(file.notes),
            "error": file.error,
        }
        for run in runs
        for number, file in enumerate(run.result.files if run.result else (), 1)
    ]
    return _table(SOURCE_FILES, rows)


def reject_table(runs: Sequence[SourceRun]) -> pa.Table:
    """Every reason for which rows were rejected, with its examples."""
    rows: list[Mapping[str, Any]] = []
    for run in runs:
        for rejection in run.result.rejects if run.result else ():
            known = {
                "source": run.name,
                "reason": rejection.reason,
                "count": rejection.count,
                "message": rejection.message,
            }
            if not rejection.examples:
                rows.append({**known, "number": 0, "file": "", "row": 0, "column": "", "value": ""})
            for number, example in enumerate(rejection.examples, 1):
                place = {"file": PurePath(example.file).name, "row": example.row, "column": example.column}
                rows.append({**known, **place, "number": number, "value": str(example.value)})
    return _table(REJECTS, rows)


def _table(table: Table, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=table.schema)
