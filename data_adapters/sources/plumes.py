"""Methane plumes seen by satellites, as the MARS system of UNEP's IMEO publishes them: CSV or JSON records.

Times are UTC, with and without fractions of a second. `actionable` has four values, which stay four: that nothing could
be done and that nothing is known are not the same. A rate of 0 is kept as written, a missing one is empty.

Options  encoding  of a text that is neither UTF-8 nor GB18030
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from data_adapters.source import FileAccount, RejectionLog, SourceResult, check_options, read_each, sidecar
from data_adapters.sources.delimited import match_columns, pick_columns
from data_adapters.sources.firms_columns import Checks
from data_adapters.sources.records import read_rows
from data_adapters.sources.row_checks import checks_of, moment, number, repeated, tell_unused, text, word
from data_adapters.tables import TABLES

MANDATORY = ("plume_id", "satellite", "observed_at", "lon_deg", "lat_deg")
FLAGS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
RATE = (0.0, 1e7)
WIND = (-110.0, 110.0)


class Plumes:
    """Source `plumes`: table plumes."""

    name = "plumes"

    def read(self, paths: Sequence[Path], options: Mapping[str, Any]) -> SourceResult:
        """Every plume once."""
        check_options(self.name, options, ("encoding",))
        known = sidecar(self.name)
        log = RejectionLog()
        seen: set[tuple[object, ...]] = set()

        def read_one(path: Path, account: FileAccount) -> pd.DataFrame:
            raw = read_rows(path, account, options.get("encoding"))
            frame = pick_columns(path, raw, known["columns"], MANDATORY, self.name)
            headings = list(raw.frame.columns)
            tell_unused(account, headings, match_columns(headings, known["columns"]).values())
            checks = checks_of(raw, account, log)
            made = _plumes(frame, checks, known)
            repeated(frame[["plume_id"]], checks, seen)
            account.accepted = int(checks.good.sum())
            return made[checks.good]

        accounts, parts = read_each(paths, log, read_one)
        filled = [part for part in parts if len(part)]
        schema = TABLES[self.name].schema
        table = (
            pa.Table.from_pandas(pd.concat(filled, ignore_index=True), schema=schema, preserve_index=False)
            if filled
            else schema.empty_table()
        )
        return SourceResult({self.name: table}, accounts, log.rejections)


def _plumes(frame: pd.DataFrame, checks: Checks, known: Mapping[str, Any]) -> pd.DataFrame:
    """All rows as table plumes; those that do not fit are marked in `checks`."""
    observed_at = moment(frame["observed_at"], checks)
    columns: dict[str, Any] = {
        "plume_id": text(frame["plume_id"], checks),
        "gas": known["parameters"]["gas"],
        "satellite": text(frame["satellite"], checks),
        "scene": text(frame["scene"], checks, is_optional=True),
        "observed_at": observed_at,
        "observed_date": observed_at.dt.normalize(),
        "lon_deg": number(frame["lon_deg"], checks, (-180.0, 180.0)),
        "lat_deg": number(frame["lat_deg"], checks, (-90.0, 90.0)),
        "rate_kg_h": number(frame["rate_kg_h"], checks, RATE, is_optional=True),
        "rate_sd_kg_h": number(frame["rate_sd_kg_h"], checks, RATE, is_optional=True),
        "wind_u_m_s": number(frame["wind_u_m_s"], checks, WIND, is_optional=True),
        "wind_v_m_s": number(frame["wind_v_m_s"], checks, WIND, is_optional=True),
        "wind_speed_m_s": number(frame["wind_speed_m_s"], checks, (0.0, WIND[1]), is_optional=True),
        "country": text(frame["country"], checks, is_optional=True),
        "sector": text(frame["sector"], checks, is_optional=True),
        "is_notified": word(frame["is_notified"], FLAGS, checks, is_optional=True),
        "actionable": word(frame["actionable"], known["actionable"], checks, is_optional=True),
        "detected_by": text(frame["detected_by"], checks, is_optional=True),
        "quantified_by": text(frame["quantified_by"], checks, is_optional=True),
        "published_at": moment(frame["published_at"], checks, is_optional=True),
        "updated_at": moment(frame["updated_at"], checks, is_optional=True),
    }
    made = pd.DataFrame(columns, index=frame.index)
    reals = made.select_dtypes("float").columns
    made[reals] = made[reals].astype(object).where(np.isfinite(made[reals]), None)
    return made


PLUMES = Plumes()
