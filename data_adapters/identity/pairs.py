"""Which rows of several registers may be the same enterprise, and how sure that is.

Four ways, the strongest first: credit code, permit number, name and county, name and distance. Each pair keeps the
strongest way that found it, its confidence, and what speaks against it (`conflict`). Below 0.9 a pair is only for
review.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from data_adapters.identity.names import name_similarity

METHODS = ("uscc", "permit_no", "name_county", "name_distance")
ACCEPTED = 0.9
NEAR_M, SITE_M, FAR_M = 200.0, 1000.0, 5000.0
LIKE, MIN_LIKE = 0.5, 0.6  # similarity from which names agree; from which neighbours are compared
FLOOR = 0.5  # a pair that only looks alike and is below is none
CROWD = 40  # more rows under one key, or in one place of 200 m, are no evidence for any pair
SHORT_NAME = 5  # 砖厂 stands in every county
EARTH_M = 6_371_008.8

Numbers = NDArray[np.int64]
Pairs = tuple[Numbers, Numbers]


def candidate_pairs(rows: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, list[str]]]:
    """Pairs of row numbers (left < right) with the strongest method that found them, and keys too crowded to pair."""
    crowded: dict[str, list[str]] = {}
    permit_site = rows["permit_no"].str[:21]
    named = (rows["core"] + "\x1f" + rows["county"]).where(rows["county"].ne("") & rows["core"].ne(""), "")
    found = []
    for rank, (method, keys) in enumerate(zip(METHODS, (rows["uscc"], permit_site, named), strict=False)):
        (left, right), crowded[method] = _with_equal_key(keys)
        found.append(pd.DataFrame({"left": left, "right": right, "rank": rank}))
    (left, right), crowded["name_distance"] = _neighbours(rows)
    found.append(pd.DataFrame({"left": left, "right": right, "rank": len(METHODS) - 1}))
    pairs = pd.concat(found, ignore_index=True).sort_values(["left", "right", "rank"], kind="stable")
    return pairs.drop_duplicates(["left", "right"]).reset_index(drop=True), crowded


def _with_equal_key(keys: pd.Series) -> tuple[Pairs, list[str]]:
    """All pairs of rows with the same key, empty ones and crowds aside."""
    codes, unique = pd.factorize(keys.where(keys != ""))
    sizes = np.bincount(codes[codes >= 0], minlength=len(unique) + 1)
    fits = (codes >= 0) & (sizes[codes] > 1) & (sizes[codes] <= CROWD)
    rows = np.flatnonzero(fits)
    rows = rows[np.argsort(codes[rows], kind="stable")]
    left, right = [rows[:0]], [rows[:0]]
    for step in range(1, int(sizes[sizes <= CROWD].max(initial=1))):
        same = codes[rows[:-step]] == codes[rows[step:]]
        left.append(rows[:-step][same])
        right.append(rows[step:][same])
    return (np.concatenate(left), np.concatenate(right)), sorted(
        np.asarray(unique, dtype=object)[sizes[:-1] > CROWD].tolist()
    )


def _neighbours(rows: pd.DataFrame) -> tuple[Pairs, list[str]]:
    """Pairs of rows at most 200 m apart; places where very many stand are defaults of a geocoder, not addresses."""
    placed = np.flatnonzero(rows["lon_deg"].notna() & rows["lat_deg"].notna() & rows["core"].ne(""))
    lon, lat = (rows[name].to_numpy(dtype=float)[placed] for name in ("lon_deg", "lat_deg"))
    cell = np.round(np.column_stack([lon, lat]) * (111_195.0 / NEAR_M)).astype(np.int64)
    _, inverse, counts = np.unique(cell, axis=0, return_inverse=True, return_counts=True)
    is_crowd = counts[inverse.ravel()] > CROWD
    crowds = np.unique(np.round(np.column_stack([lon, lat])[is_crowd], 3), axis=0)
    placed, lon, lat = placed[~is_crowd], lon[~is_crowd], lat[~is_crowd]
    if len(placed) < 2:
        return (placed[:0], placed[:0]), [f"{x:.3f} {y:.3f}" for x, y in crowds.tolist()]
    pairs = cKDTree(_on_sphere(lon, lat)).query_pairs(NEAR_M, output_type="ndarray")
    one, other = placed[pairs[:, 0]], placed[pairs[:, 1]]
    return (np.minimum(one, other), np.maximum(one, other)), [f"{x:.3f} {y:.3f}" for x, y in crowds.tolist()]


def _on_sphere(lon_deg: NDArray[np.float64], lat_deg: NDArray[np.float64]) -> NDArray[np.float64]:
    lon, lat = np.radians(lon_deg), np.radians(lat_deg)
    return EARTH_M * np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def judged_pairs(rows: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """The pairs with method, confidence, distance_m, name_similarity and conflict; hopeless ones left out."""
    left, right = pairs["left"].to_numpy(dtype=np.int64), pairs["right"].to_numpy(dtype=np.int64)
    position = _on_sphere(rows["lon_deg"].to_numpy(dtype=float), rows["lat_deg"].to_numpy(dtype=float))
    seen = pairs.assign(
        distance_m=np.linalg.norm(position[left] - position[right], axis=1),
        name_similarity=name_similarity(rows["core"], left, right),
        is_one_register=(rows["register"].to_numpy()[left] == rows["register"].to_numpy()[right]),
    )
    hopeless = (seen["rank"] == 3) & (seen["name_similarity"] < MIN_LIKE)
    seen = seen[~hopeless.to_numpy(dtype=bool)].reset_index(drop=True)
    facts = _facts(rows, seen)
    seen["conflict"] = _conflicts(seen, facts)
    confidence = np.where(seen["rank"] <= 1, _by_code(seen, facts), _by_name(seen, facts))
    confidence = np.where(seen["is_one_register"], np.minimum(confidence, 0.85), confidence)
    seen["confidence"] = np.round(confidence, 3)
    seen["method"] = np.array(METHODS, dtype=object)[seen["rank"].to_numpy(dtype=np.int64)]
    return seen[(seen["rank"] < 2) | (seen["confidence"] >= FLOOR) | (seen["conflict"] != "")].reset_index(drop=True)


def _facts(rows: pd.DataFrame, seen: pd.DataFrame) -> pd.DataFrame:
    """What speaks for and against each pair."""
    left, right = seen["left"].to_numpy(dtype=np.int64), seen["right"].to_numpy(dtype=np.int64)
    sides = {
        name: (rows[name].to_numpy(dtype=object)[left], rows[name].to_numpy(dtype=object)[right])
        for name in ("uscc", "plain", "core", "front", "numbers")
    }
    site = rows["permit_no"].str[:21].to_numpy(dtype=object)
    sides["permit"] = (site[left], site[right])
    equal = {name: one == other for name, (one, other) in sides.items()}
    either_empty = {name: (one == "") | (other == "") for name, (one, other) in sides.items()}
    distance = seen["distance_m"]
    return pd.DataFrame(
        {
            "other_uscc": ~equal["uscc"] & ~either_empty["uscc"],
            "other_permit": ~equal["permit"] & ~either_empty["permit"],
            "same_name": equal["plain"],
            "same_core": equal["core"],
            "fronts_agree": equal["front"] | either_empty["front"] | _ends_alike(*sides["front"]),
            "same_numbers": equal["numbers"],
            "alike": (seen["name_similarity"] >= LIKE) & equal["numbers"] | equal["core"],
            "is_short": rows["core"].str.len().to_numpy()[left] < SHORT_NAME,
            "is_far": distance > FAR_M,
            "is_near": distance <= SITE_M,
            "is_placed": distance.notna(),
        }
    )


def _ends_alike(one: NDArray[np.object_], other: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Whether one place ends with the other: 宁夏银川市 and 银川; asked only for the distinct pairs."""
    pairs = pd.MultiIndex.from_arrays([one, other])
    codes, unique = pairs.factorize()
    plain = [(a.removesuffix("市"), b.removesuffix("市")) for a, b in unique]
    agree: NDArray[np.bool_] = np.array([a.endswith(b) or b.endswith(a) for a, b in plain], dtype=bool)[codes]
    return agree


def _by_code(seen: pd.DataFrame, facts: pd.DataFrame) -> NDArray[np.float64]:
    """Confidence of pairs with one credit code or one permit."""
    is_unlike = ~facts["alike"]
    cases = [
        (facts["other_uscc"], 0.60),
        (facts["other_permit"], 0.50),
        (facts["is_far"] & is_unlike, 0.60),
        (facts["is_far"], 0.75),
        (is_unlike & facts["is_near"], 0.92),
        (is_unlike, 0.85),
        (facts["is_placed"], 0.99),
    ]
    sure = np.select([case.to_numpy(dtype=bool) for case, _ in cases], [value for _, value in cases], 0.98)
    return np.where(seen["rank"] == 1, sure - 0.01, sure)


def _by_name(seen: pd.DataFrame, facts: pd.DataFrame) -> NDArray[np.float64]:
    """Confidence of pairs that only names and places bring together."""
    is_named = seen["rank"] == 2
    alike = 0.5 + 0.39 * seen["name_similarity"]
    cases = [
        (facts["other_uscc"], 0.40),
        (facts["other_permit"], 0.45),
        (is_named & ~facts["fronts_agree"], 0.75),
        (is_named & facts["is_far"], 0.70),
        (facts["same_core"] & facts["is_short"], 0.85),
        (is_named & facts["same_name"] & facts["is_near"], 0.97),
        (is_named & facts["same_name"], 0.95),
        (is_named & facts["is_near"], 0.94),
        (is_named, 0.92),
        (facts["same_core"] & facts["fronts_agree"], 0.93),
        (~facts["same_numbers"], 0.45),
    ]
    chosen = np.select([case.to_numpy(dtype=bool) for case, _ in cases], [value for _, value in cases], -1.0)
    return np.where(chosen < 0, alike, chosen)


def _conflicts(seen: pd.DataFrame, facts: pd.DataFrame) -> NDArray[np.object_]:
    cases = [
        ((seen["rank"] == 1) & facts["other_uscc"], "permit_of_two_uscc"),
        ((seen["rank"] == 0) & facts["other_permit"], "uscc_of_two_permits"),
        ((seen["rank"] <= 1) & facts["is_far"] & ~facts["alike"], "code_far_apart_other_name"),
        ((seen["rank"] <= 1) & facts["is_far"], "code_far_apart"),
        ((seen["rank"] <= 1) & ~facts["alike"], "code_other_name"),
        (facts["other_uscc"] & facts["same_name"], "name_of_two_uscc"),
    ]
    found = np.select([case.to_numpy(dtype=bool) for case, _ in cases], [word for _, word in cases], "")
    return np.asarray(found, dtype=object)
