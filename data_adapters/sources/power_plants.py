"""Power plants of the World Resources Institute as enterprises: the published database and its parts.

Options  country   code or name, CHN by default; "all" takes every country
         regions   as for enterprise_register
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from data_adapters.industries import fuel_codes
from data_adapters.source import FileAccount, SourceResult, check_options, read_each, sidecar
from data_adapters.sources.delimited import pick_columns, read_delimited
from data_adapters.sources.enterprise_register import enterprises_table, register_of

MANDATORY = ("name", "own_id", "fuel", "lon", "lat")
UNUSED = ("uscc", "permit_no", "province", "city", "county", "adcode", "key_source")


class PowerPlants:
    """Source `power_plants`: table enterprises."""

    name = "power_plants"

    def read(self, paths: Sequence[Path], options: Mapping[str, Any]) -> SourceResult:
        """Every plant of the country once."""
        check_options(self.name, options, ("country", "regions"))
        known = sidecar(self.name)
        country = str(options.get("country", known["parameters"]["country"])).strip()
        register = register_of(self.name, {"regions": options.get("regions")})
        accepted = {country.upper(), *known["parameters"]["country_names"].get(country.upper(), [])}

        def read_one(path: Path, account: FileAccount) -> pd.DataFrame:
            raw = read_delimited(path, account)
            frame = pick_columns(path, raw, known["columns"], MANDATORY, self.name)
            raw.enter(account, register.log)
            inside = _is_inside(frame, accepted, account)
            why = ("outside_country", f"not in {country}", "country")
            register.log.add_mask(account, why, ~inside.to_numpy(), frame["country"].array, raw.rows)
            kept = frame[inside].reset_index(drop=True)
            return register.enterprises(_as_register(kept), raw.rows[inside.to_numpy()], account)

        accounts, parts = read_each(paths, register.log, read_one)
        return SourceResult({"enterprises": enterprises_table(parts)}, accounts, register.log.rejections)


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
