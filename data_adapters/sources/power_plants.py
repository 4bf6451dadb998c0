"""Power plants of the World Resources Institute as enterprises: the published database and its parts.

Options  country   code or name, CHN by default; "all" takes every country
         encoding  of a text that is neither UTF-8 nor GB18030, as cp1252
         regions   as for enterprise_register
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from data_adapters.industries import fuel_codes
from data_adapters.source import FileAccount, SourceResult, check_options, read_each, sidecar
from data_adapters.sources.delimited import pick_columns, read_delimited
from data_adapters.sources.enterprise_register import enterprises_table, register_of

MANDATORY = ("name", "fuel", "lon", "lat")
COUNTRIES = Path(__file__).parent.parent / "reference" / "countries.csv"
UNUSED = ("uscc", "permit_no", "province", "city", "county", "adcode", "key_source")


class PowerPlants:
    """Source `power_plants`: table enterprises."""

    name = "power_plants"

    def read(self, paths: Sequence[Path], options: Mapping[str, Any]) -> SourceResult:
        """Every plant of the country once."""
        check_options(self.name, options, ("country", "encoding", "regions"))
        known = sidecar(self.name)
        country = str(options.get("country", known["parameters"]["country"])).strip()
        register = register_of(self.name, {"regions": options.get("regions")})
        accepted = _spellings(country)

        def read_one(path: Path, account: FileAccount) -> pd.DataFrame:
            raw = read_delimited(path, account, encoding=options.get("encoding"))
            frame = pick_columns(path, raw, known["columns"], MANDATORY, self.name)
            raw.enter(account, register.log)
            inside = _is_inside(frame, accepted, account)
            why = ("outside_country", f"not in {country}", "country")
            register.log.add_mask(account, why, ~inside.to_numpy(), frame["country"].array, raw.rows)
            if len(frame) and not inside.any():
                account.notes.append(f"none in {country}; it holds {_countries(frame)}: option country chooses")
            kept = frame[inside].reset_index(drop=True)
            return register.enterprises(_as_register(kept), raw.rows[inside.to_numpy()], account)

        accounts, parts = read_each(paths, register.log, read_one)
        return SourceResult({"enterprises": enterprises_table(parts)}, accounts, register.log.rejections)


def _spellings(country: str) -> set[str]:
    """All names in capitals under which a country may stand in a file; of one that is not known, its own."""
    wanted = country.upper()
    with COUNTRIES.open(encoding="utf-8", newline="") as file:
        listed = [{row["iso3"], *row["names"].upper().split("|")} for row in csv.DictReader(file)]
    return {wanted}.union(*(names for names in listed if wanted in names))


def _countries(frame: pd.DataFrame) -> str:
    counts = frame["country"].where(frame["country"] != "", frame["country_long"]).value_counts()
    return ", ".join(f"{name} {count}" for name, count in counts.head(5).items())


def _is_inside(frame: pd.DataFrame, accepted: set[str], account: FileAccount) -> pd.Series:
    stated = (frame["country"] != "") | (frame["country_long"] != "")
    if not stated.all() and len(frame):
        account.notes.append(f"{int((~stated).sum())} rows state no country and are taken")
    if "ALL" in accepted:
        return pd.Series(True, index=frame.index)
    return ~stated | frame["country"].str.upper().isin(accepted) | frame["country_long"].str.upper().isin(accepted)


def _as_register(frame: pd.DataFrame) -> pd.DataFrame:
    made = frame[["name", "own_id", "lon", "lat"]].copy()
    made["industry"] = frame["fuel"]
    made["industry_code"] = fuel_codes(frame["fuel"])
    for column in UNUSED:
        made[column] = pd.Series("", index=frame.index, dtype="str")
    return made


POWER_PLANTS = PowerPlants()
