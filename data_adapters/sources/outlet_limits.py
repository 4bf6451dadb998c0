"""Lists of outlets with the limit of each pollutant, as enterprises have to publish them: enterprise, outlet, limit.

Only limits of what goes to air as mg/m3 are taken; water and furnace temperature are refused and counted. The list has
names of enterprises only: with a register ids and permit numbers are looked up by name, else both are made from it.
What the list does not say (averaging time, basis, standard) is not_stated.

Options  register  a file of source enterprise_register with the same enterprises
         encoding  of a text that is neither UTF-8 nor GB18030
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from data_adapters.catalogue import schema
from data_adapters.run import run_source
from data_adapters.source import (
    AdapterError,
    FileAccount,
    RejectionLog,
    SourceResult,
    check_options,
    read_each,
    sidecar,
)
from data_adapters.sources.category import CategoryResult
from data_adapters.sources.delimited import match_columns, pick_columns
from data_adapters.sources.firms_columns import Checks
from data_adapters.sources.records import read_rows
from data_adapters.sources.row_checks import checks_of, number, repeated, tell_unused, text, word
from data_adapters.tables import TABLES

CODE = "G02"
MANDATORY = ("enterprise", "outlet", "pollutant", "limit", "unit")
LIMIT = (1e-6, 1e5)
HASH_CHARS = 16
NOT_STATED = "not_stated"


class OutletLimits:
    """Source `outlet_limits`: tables outlets and permit_limits."""

    name = "outlet_limits"

    def read(self, paths: Sequence[Path], options: Mapping[str, Any]) -> SourceResult:
        """Every limit of a pollutant of the air once, and the outlets they are of."""
        check_options(self.name, options, ("register", "encoding"))
        known = sidecar(self.name)
        register = _register(options.get("register"))
        log = RejectionLog()
        seen: set[tuple[object, ...]] = set()

        def read_one(path: Path, account: FileAccount) -> pd.DataFrame:
            raw = read_rows(path, account, options.get("encoding"))
            frame = pick_columns(path, raw, known["columns"], MANDATORY, self.name)
            headings = list(raw.frame.columns)
            tell_unused(account, headings, match_columns(headings, known["columns"]).values())
            checks = checks_of(raw, account, log)
            made = _limits(frame, checks, known).join(_enterprises(frame["enterprise"], register))
            made["outlet_id"] = made["enterprise_id"] + "-" + made["outlet_code"].fillna("")
            repeated(made[["permit_no", "outlet_code", "pollutant"]], checks, seen)
            account.accepted = int(checks.good.sum())
            kept = made[checks.good]
            account.notes.append(
                f"{kept['outlet_id'].nunique()} outlets of {kept['enterprise_id'].nunique()} enterprises"
            )
            strangers = int(kept[~kept["is_known"]]["enterprise_id"].nunique())
            account.notes.append(f"{strangers} of these enterprises in no register: named by their name")
            return kept

        accounts, parts = read_each(paths, log, read_one)
        limits = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
        return CategoryResult(_tables(limits) if len(limits) else {}, accounts, log.rejections, CODE)


def _register(file: object) -> pd.DataFrame:
    """Ids and permit numbers by the name of the enterprise; of a name that occurs twice none."""
    if file is None:
        return pd.DataFrame({"enterprise_id": [], "permit_no": []}, dtype="object")
    run = run_source("enterprise_register", [Path(str(file))])
    if run.error or run.result is None:
        raise AdapterError("", f"option register: {run.error}")
    known: pd.DataFrame = run.result.tables["enterprises"].select(["name", "enterprise_id", "permit_no"]).to_pandas()
    return known.drop_duplicates("name", keep=False).set_index("name")


def _enterprises(names: pd.Series, register: pd.DataFrame) -> pd.DataFrame:
    """Id and permit number of each enterprise, made from the name where no register knows it."""
    hashed = names.map(lambda name: hashlib.sha256(name.encode()).hexdigest()[:HASH_CHARS]).astype(object)
    found = names.map(register["enterprise_id"].to_dict()).astype(object)
    permit = names.map(register["permit_no"].to_dict()).astype(object)
    return pd.DataFrame(
        {
            "enterprise_id": found.where(found.notna(), "outlet_limits:" + hashed),
            "permit_no": permit.where(permit.notna(), "not_resolved:" + hashed),
            "is_known": found.notna(),
        }
    )


def _limits(frame: pd.DataFrame, checks: Checks, known: Mapping[str, Any]) -> pd.DataFrame:
    unit = frame["unit"].str.lower().str.replace(" ", "", regex=False)
    in_water = unit.isin(known["unit_words"]["of_water"])
    checks.refuse(in_water, "not_air", "is a limit of waste water", frame["pollutant"])
    in_air = unit.isin(known["unit_words"]["of_air"])
    checks.refuse(~in_air, "no_concentration", "is no limit in mg/m3", frame["unit"])
    text(frame["enterprise"], checks)
    words = {str(name).lower(): code for code, names in known["pollutants"].items() for name in names}
    return pd.DataFrame(
        {
            "outlet_code": text(frame["outlet"], checks),
            "pollutant": word(frame["pollutant"], words, checks),
            "limit_mg_m3": number(frame["limit"], checks, LIMIT),
        }
    )


def _tables(limits: pd.DataFrame) -> dict[str, pa.Table]:
    outlets = limits.drop_duplicates("outlet_id").assign(name=limits["outlet_code"], stack_height_m=None)
    stated = {name: NOT_STATED for name in ("averaging", "limit_basis", "standard")}
    limits = limits.assign(**stated, ref_o2_pct=None, stack_height_m=None, valid_from=None)
    return {
        "outlets": _table(outlets, TABLES["outlets"].schema),
        "permit_limits": _table(limits, schema("permit_limits")),
    }


def _table(frame: pd.DataFrame, wanted: pa.Schema) -> pa.Table:
    return pa.Table.from_pandas(frame[wanted.names], schema=wanted, preserve_index=False)


OUTLET_LIMITS = OutletLimits()
