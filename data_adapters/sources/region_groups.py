"""Which cities belong to which key region, and from when to when.

Without paths: reference/region_groups.csv. With paths: CSV files with the columns group_code, name_zh, name_en,
city_adcode, valid_from and valid_to (empty while it lasts); days as 2023-11-30.

Options  encoding  of a text that is neither UTF-8 nor GB18030, as cp1252
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from data_adapters.source import FileAccount, RejectionLog, Rows, SourceResult, check_options, read_each, sidecar
from data_adapters.sources.delimited import pick_columns, read_delimited
from data_adapters.tables import TABLES

REFERENCE = Path(__file__).parent.parent / "reference" / "region_groups.csv"


class RegionGroups:
    """Source `region_groups`: table region_groups."""

    name = "region_groups"

    def read(self, paths: Sequence[Path], options: Mapping[str, Any]) -> SourceResult:
        """Memberships of the files, or of the list that comes with the project."""
        check_options(self.name, options, ("encoding",))
        log = RejectionLog()
        columns: dict[str, list[str]] = sidecar(self.name)["columns"]
        seen: set[tuple[str, ...]] = set()

        def read_one(path: Path, account: FileAccount) -> pd.DataFrame:
            raw = read_delimited(path, account, encoding=options.get("encoding"))
            frame = pick_columns(path, raw, columns, ("group_code", "city_adcode", "valid_from"), self.name)
            raw.enter(account, log)
            return _memberships(frame, raw.rows, account, log, seen)

        accounts, parts = read_each(paths or [REFERENCE], log, read_one)
        if not paths:
            accounts[0].path = "reference/region_groups.csv"
        schema = TABLES["region_groups"].schema
        tables = [pa.Table.from_pandas(part, schema=schema, preserve_index=False) for part in parts]
        table = pa.concat_tables(tables) if tables else schema.empty_table()
        return SourceResult({"region_groups": table}, accounts, log.rejections)


def _memberships(
    frame: pd.DataFrame, rows: Rows, account: FileAccount, log: RejectionLog, seen: set[tuple[str, ...]]
) -> pd.DataFrame:
    days = {
        name: pd.to_datetime(frame[name], format="%Y-%m-%d", errors="coerce") for name in ("valid_from", "valid_to")
    }
    key = frame[["group_code", "city_adcode", "valid_from"]]
    repeated = key.duplicated() | pd.Series([tuple(row) in seen for row in key.to_numpy()], index=key.index)
    checks = (
        ("no_group", "no group code", "group_code", frame["group_code"] == ""),
        ("bad_adcode", "not a six-digit division code", "city_adcode", ~frame["city_adcode"].str.fullmatch(r"\d{6}")),
        ("bad_date", "not a day as 2023-11-30", "valid_from", days["valid_from"].isna()),
        ("bad_date", "not a day as 2023-11-30", "valid_to", days["valid_to"].isna() & (frame["valid_to"] != "")),
        ("empty_range", "ends before it begins", "valid_to", days["valid_to"] <= days["valid_from"]),
        ("duplicate", "the same membership a second time", "city_adcode", repeated),
    )
    good = np.ones(len(frame), dtype=bool)
    for reason, message, column, mask in checks:
        log.add_mask(account, (reason, message, column), good & mask.to_numpy(), frame[column].to_numpy(), rows)
        good &= ~mask.to_numpy()
    account.accepted = int(good.sum())
    seen.update(tuple(row) for row in key[good].to_numpy())
    for name, values in days.items():
        frame[name] = values.dt.date.astype(object).where(values.notna(), None)
    for name in ("name_zh", "name_en"):
        frame[name] = frame[name].where(frame[name] != "", frame["group_code"])
    return frame[good]


REGION_GROUPS = RegionGroups()
