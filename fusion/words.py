"""The lists of words every snapshot carries, so that the browser can be told what a number means; and the calendar."""

from __future__ import annotations

from importlib import resources

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from data_adapters.tables import Table
from fusion.layout import CLUE_CATEGORIES, INDUSTRIES, PROBLEM_TYPES
from fusion.working_days import working_days

REFERENCE = {
    "industries": INDUSTRIES,
    "problem_types": PROBLEM_TYPES,
    "clue_categories": CLUE_CATEGORIES,
}


def reference_tables() -> dict[str, pa.Table]:
    """The reference lists and the calendar as snapshot tables; the lists in the order they are written."""
    return {**{name: _read(name, table) for name, table in REFERENCE.items()}, "working_days": working_days()}


def _read(name: str, table: Table) -> pa.Table:
    numbered = [column.name for column in table.columns if column.name.endswith("_idx")]
    listed = {column.name: column.type for column in table.columns if column.name not in numbered}
    with resources.files("data_adapters").joinpath("reference", f"{name}.csv").open("rb") as file:
        options = pa_csv.ConvertOptions(column_types=listed, include_columns=list(listed), strings_can_be_null=False)
        data = pa_csv.read_csv(file, convert_options=options)
    for column in numbered:
        data = data.append_column(column, pa.array(np.arange(data.num_rows)).cast(table.schema.field(column).type))
    return data.select([column.name for column in table.columns])
