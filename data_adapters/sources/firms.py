"""NASA FIRMS active fire: MODIS and VIIRS, standard processing and near-real-time, CSV and JSON, plain or gzipped.

Names differ between the layouts (brightness / bright_ti4), the standard VIIRS files use the MODIS names, some have no
instrument, some a country in front. Times are UTC, written 614, 0614 or 06:14. Where standard processing and
near-real-time hold the same pixel the former is kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from data_adapters.source import FileAccount, RejectionLog, SourceResult, check_options, read_each, sidecar
from data_adapters.sources.delimited import RawRows, match_columns, pick_columns
from data_adapters.sources.firms_columns import Checks, Words, detections
from data_adapters.sources.firms_files import read_firms_file
from data_adapters.sources.firms_repeats import refuse_repeats
from data_adapters.tables import TABLES

MANDATORY = ("latitude", "longitude", "brightness", "acq_date", "acq_time", "satellite", "confidence")


class Firms:
    """Source `firms`: table satellite_detections."""

    name = "firms"

    def read(self, paths: Sequence[Path], options: Mapping[str, Any]) -> SourceResult:
        """Every usable detection once."""
        check_options(self.name, options, ())
        known = sidecar(self.name)
        words = Words.from_sidecar(known)
        log = RejectionLog()

        def read_one(path: Path, account: FileAccount) -> tuple[FileAccount, pd.DataFrame]:
            return account, _file_detections(path, account, log, words)

        accounts, parts = read_each(paths, log, read_one)
        kept = refuse_repeats(parts, log, known["parameters"]["same_pixel_deg"])
        for account, part in parts:
            account.accepted = account.read - sum(account.rejected.values())
            _tell_days(account, part)
        schema = TABLES["satellite_detections"].schema
        table = pa.Table.from_pandas(kept, schema=schema, preserve_index=False) if len(kept) else schema.empty_table()
        return SourceResult({"satellite_detections": table}, accounts, log.rejections)


def _file_detections(path: Path, account: FileAccount, log: RejectionLog, words: Words) -> pd.DataFrame:
    raw = read_firms_file(path, account)
    frame = pick_columns(path, raw, words.columns, MANDATORY, "firms")
    _tell_unused(account, raw, words)
    raw.enter(account, log)
    checks = Checks(account, log, raw.rows, np.ones(len(frame), dtype=bool))
    return detections(frame, checks, words)


def _tell_unused(account: FileAccount, raw: RawRows, words: Words) -> None:
    used = set(match_columns(list(raw.frame.columns), words.columns).values())
    unused = [name for name in raw.frame.columns if name not in used]
    if unused:
        account.notes.append(f"columns not used: {', '.join(unused[:10])}")


def _tell_days(account: FileAccount, part: pd.DataFrame) -> None:
    if len(part):
        first, last = part["observed_at"].min(), part["observed_at"].max()
        account.notes.append(f"detections from {first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M} UTC+8")


FIRMS = Firms()
