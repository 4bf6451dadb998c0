"""Which rows of several registers are the same enterprise.

By credit code, then permit number, then name and county, then name and distance up to 200 m. Every link has a method
and a confidence; below 0.9 nothing is merged, the pair goes to `resolution_review`. Registers in any order give the
same enterprises.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from data_adapters.identity.clusters import Labels, cluster_ids, clustered
from data_adapters.identity.names import comparable_names, place_words
from data_adapters.identity.pairs import ACCEPTED, METHODS, candidate_pairs, judged_pairs
from data_adapters.identity.tables import PAIR, identity_table

TRUSTED = ("ok", "dms", "truncated", "swapped")  # positions good enough to speak for or against a pair
COLUMNS = ("enterprise_id", "name", "uscc", "permit_no", "county_adcode", "lon_deg", "lat_deg", "coordinate_status")


@dataclass(frozen=True)
class Resolution:
    """What was found: tables of `identity_tables`, by name without their prefix."""

    keys: pa.Table
    links: pa.Table
    review: pa.Table
    conflicts: pa.Table

    @property
    def enterprises(self) -> int:
        """How many enterprises there are over all registers."""
        return len(self.keys["enterprise_id"].unique())

    @property
    def tables(self) -> dict[str, pa.Table]:
        """All tables by name."""
        return {
            "enterprise_keys": self.keys,
            "enterprise_links": self.links,
            "resolution_review": self.review,
            "resolution_conflicts": self.conflicts,
        }


def resolve(registers: Mapping[str, pa.Table], regions: pa.Table | None = None) -> Resolution:
    """Enterprises over all registers (canonical tables `enterprises` by register name).

    `regions` gives the cities whose names are taken off the front of a name; without it only provinces are.
    """
    rows = _rows(registers, regions)
    candidates, crowded = candidate_pairs(rows)
    labels, pairs = clustered(rows, judged_pairs(rows, candidates))
    pairs["is_one"] = labels[pairs["left"].to_numpy(dtype=np.int64)] == labels[pairs["right"].to_numpy(dtype=np.int64)]
    told = _told(rows, pairs)
    accepted = told["confidence"] >= ACCEPTED
    doubtful = ~accepted & (~told["is_one"] | told["conflict"].ne(""))
    return Resolution(
        _keys(rows, labels, pairs[pairs["confidence"] >= ACCEPTED]),
        identity_table("enterprise_links", told[accepted]),
        identity_table("resolution_review", told[doubtful]),
        identity_table("resolution_conflicts", _conflicts(told, crowded)),
    )


def _rows(registers: Mapping[str, pa.Table], regions: pa.Table | None) -> pd.DataFrame:
    """All rows in an order of their own, with what pairs are judged by."""
    parts = [registers[name].select(list(COLUMNS)).to_pandas().assign(register=name) for name in sorted(registers)]
    empty = pd.DataFrame({name: pd.Series(dtype="str") for name in (*COLUMNS, "register")})
    rows = pd.concat(parts, ignore_index=True) if parts else empty
    rows = rows.rename(columns={"enterprise_id": "register_key", "county_adcode": "county"})
    rows = rows.sort_values(["register", "register_key", "name"], kind="stable").reset_index(drop=True)
    for column in ("uscc", "permit_no", "county", "name"):
        rows[column] = rows[column].fillna("").astype("str")
    trusted = rows["coordinate_status"].isin(TRUSTED)
    for column in ("lon_deg", "lat_deg"):
        rows[column] = rows[column].astype("float64").where(trusted)
    return rows.join(comparable_names(rows["name"], place_words(regions)))


def _told(rows: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """The pairs as people read them."""
    left, right = pairs["left"].to_numpy(dtype=np.int64), pairs["right"].to_numpy(dtype=np.int64)
    texts = {}
    for mine, theirs in (("register", "other_register"), ("register_key", "other_key"), ("name", "other_name")):
        values = rows[mine].to_numpy(dtype=object)
        texts[mine], texts[theirs] = values[left], values[right]
    shared = np.where(pairs["rank"] == 1, rows["permit_no"].to_numpy(dtype=object)[left], "")
    shared = np.where(pairs["rank"] == 0, rows["uscc"].to_numpy(dtype=object)[left], shared)
    rounded = {"distance_m": pairs["distance_m"].round(1), "name_similarity": pairs["name_similarity"].round(3)}
    return pairs.assign(**texts, **rounded, detail=shared)


def _conflicts(told: pd.DataFrame, crowded: Mapping[str, list[str]]) -> pd.DataFrame:
    pairs = told[told["conflict"].ne("")].rename(columns={"conflict": "kind"})
    keys = [f"{method}: {key.replace(chr(31), ' ')}" for method in METHODS for key in crowded[method]]
    crowds = pd.DataFrame({"kind": "crowded_key", "detail": keys}, dtype="str")
    wanted = ["kind", "detail", *(column.name for column in PAIR)]
    return pd.concat([pairs, crowds] if keys else [pairs], ignore_index=True).reindex(columns=wanted)


def _keys(rows: pd.DataFrame, labels: Labels, accepted: pd.DataFrame) -> pa.Table:
    """Register and key of every row with its enterprise, and its strongest link."""
    sides = [accepted.rename(columns={side: "row"})[["row", "rank", "confidence"]] for side in ("left", "right")]
    best = pd.concat(sides).sort_values(["row", "rank", "confidence"], ascending=[True, True, False], kind="stable")
    best = best.drop_duplicates("row").set_index("row").reindex(np.arange(len(rows)))
    names = np.array([*METHODS, "single"], dtype=object)
    made = pd.DataFrame(
        {
            "register": rows["register"],
            "register_key": rows["register_key"],
            "enterprise_id": cluster_ids(rows, labels),
            "method": names[best["rank"].fillna(len(METHODS)).to_numpy(dtype=np.int64)],
            "confidence": best["confidence"].fillna(1.0).to_numpy(),
        }
    )
    return identity_table("enterprise_keys", made)
