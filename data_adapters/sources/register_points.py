"""The positions of registers as they were written, under the keys the register adapter gives their enterprises."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from data_adapters.places.placing import Places
from data_adapters.registry import SOURCES
from data_adapters.run import run_source
from data_adapters.source import AdapterError, FileAccount
from data_adapters.sources.enterprise_register import read_into, register_of
from data_adapters.sources.register_rows import Register


@dataclass
class WatchedRegister(Register):
    """A register that remembers the text of the rows it accepted, by file."""

    texts: dict[str, pd.DataFrame] = field(default_factory=dict)

    def enterprises(self, frame: pd.DataFrame, rows: Any, account: FileAccount) -> pd.DataFrame:  # noqa: ANN401
        """As the register does."""
        made = super().enterprises(frame, rows, account)
        self.texts[account.path] = self.texts[account.path].assign(register_key=made["enterprise_id"].to_numpy())
        return made

    def _positions(self, frame: pd.DataFrame, account: FileAccount) -> pd.DataFrame:
        self.texts[account.path] = frame
        return super()._positions(frame, account)


@dataclass(frozen=True)
class ReadPoints:
    """The text of registers by file, and what was declared about them."""

    texts: dict[str, pd.DataFrame]
    places: Places | None
    declared: str
    files: list[FileAccount]


def read_points(paths: Sequence[Path], options: Mapping[str, Any]) -> ReadPoints:
    """Registers as text; a path written power_plants:FILE is read by that source, which declares no counties.

    Raises  AdapterError if no file can be used
    """
    more = {"group": str(options["group"])} if options.get("group") else {}
    wanted = {name: value for name, value in options.items() if name != "group"}
    base = register_of("enterprise_register", wanted)
    register = WatchedRegister(**{item.name: getattr(base, item.name) for item in fields(base)})
    own = [path for path in paths if _named_source(path) is None]
    files: list[FileAccount] = []
    if own:
        result = read_into(register, own, wanted, more)
        files = result.files
    others, accounts = read_registers([path for path in paths if path not in own], {})
    files += accounts
    texts = register.texts | {name: _as_text(table) for name, table in others.items()}
    if not texts:
        raise AdapterError("", "; ".join(str(account.error) for account in files) or "no file given")
    return ReadPoints(texts, register.places, register.crs, files)


def read_registers(paths: Sequence[Path], options: Mapping[str, Any]) -> tuple[dict[str, pa.Table], list[FileAccount]]:
    """Each file as a canonical table of enterprises by its path; power_plants:FILE names another source.

    Raises  AdapterError if a file cannot be used: half a set of registers would resolve to other enterprises
    """
    tables: dict[str, pa.Table] = {}
    files: list[FileAccount] = []
    for path in paths:
        named = _named_source(path)
        name, file = ("enterprise_register", path) if named is None else (named, Path(str(path)[len(named) + 1 :]))
        allowed = options if name == "enterprise_register" else {k: v for k, v in options.items() if k == "regions"}
        run = run_source(name, [file], allowed)
        if run.error or run.result is None:
            raise AdapterError("", run.error or "nothing read")
        files += run.result.files
        if str(path) in tables:
            raise AdapterError(path, "is given twice")
        tables[str(path)] = run.result.tables["enterprises"]
    return tables, files


def _named_source(path: Path) -> str | None:
    source, colon, _ = str(path).partition(":")
    return source if colon and source in SOURCES and not path.exists() else None


def control_points(path: Path, options: Mapping[str, Any]) -> pd.DataFrame:
    """Surveyed positions (WGS-84) from a register, by key and by name.

    Raises  AdapterError if the file cannot be used
    """
    tables, _ = read_registers([path], {key: value for key, value in options.items() if key in ("encoding", "sheet")})
    frame = tables[str(path)].to_pandas()[["enterprise_id", "name", "lon_deg", "lat_deg"]]
    by_key = frame.rename(columns={"enterprise_id": "key"})
    by_name = frame.rename(columns={"name": "key"})
    both = pd.concat([part[["key", "lon_deg", "lat_deg"]] for part in (by_key, by_name)], ignore_index=True)
    known: pd.DataFrame = both.dropna().drop_duplicates()
    return known


def _as_text(table: pa.Table) -> pd.DataFrame:
    names = {"enterprise_id": "register_key", "name": "name", "lon_raw": "lon", "lat_raw": "lat"}
    text: pd.DataFrame = table.select(list(names)).to_pandas().rename(columns=names)
    return text
