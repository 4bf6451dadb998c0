"""Which system coordinates were written in, by file and uploader: declared against detected, with the numbers.

Each point votes between two systems where it can: nearer to its control point, or inside its declared division, under
one and not under the other. Most points are too far from a border to vote. Nothing is shifted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import bdtr

from data_adapters.places.coordinates import TO_WGS84
from data_adapters.places.placing import Degrees, Places

MIN_POINTS = 1000  # a register with fewer says little about 500 m …
MANY_VOTES = 30  # … unless this many of its points vote
MIN_VOTES = 12
MIN_CONTROLS = 20
SURE = 0.95
VOTE_ODDS = np.log(0.8 / 0.2)  # one vote in five may be wrong: coarse borders, wrong counties
MIXED_SHARE, NOISE_SHARE = 0.25, 0.15
MIN_MINORITY = 8
EARTH_DEG_M = 111_195.0
SYSTEMS = tuple(TO_WGS84)

Truths = NDArray[np.bool_]


@dataclass(frozen=True)
class Votes:
    """How each system does at each point: `score` is lower where a system fits better, NaN where nothing is known."""

    method: str
    score: NDArray[np.float64]  # points by systems
    shares: tuple[float, ...]
    medians: tuple[float, ...]


def border_votes(places: Places, city: NDArray[np.object_], county: NDArray[np.object_], where: Degrees) -> Votes:
    """Whether points lie in their declared county, else city, if read in each system."""
    by_county = places.has_area(county) if places.has_counties else np.zeros(len(county), dtype=bool)
    known = by_county | pd.Series(city).isin(set(places.cities)).to_numpy(dtype=bool)
    known &= np.isfinite(where).all(axis=1)
    score = np.full((len(where), len(SYSTEMS)), np.nan)
    for column, convert in enumerate(TO_WGS84.values()):
        area = places.locate(*convert(where[known, 0], where[known, 1]), reach_deg=0)
        right = np.where(by_county[known], places.codes[area] == county[known], places.cities[area] == city[known])
        score[known, column] = ~(right & (area >= 0))
    return Votes("borders", score, (), ())


def control_votes(where: Degrees, control: Degrees) -> Votes:
    """Metres from each point to its control point (WGS-84, NaN where it has none) if read in each system."""
    score = np.full((len(where), len(SYSTEMS)), np.nan)
    for column, convert in enumerate(TO_WGS84.values()):
        lon, lat = convert(where[:, 0], where[:, 1])
        east = (lon - control[:, 0]) * np.cos(np.radians(control[:, 1]))
        score[:, column] = np.hypot(east, lat - control[:, 1]) * EARTH_DEG_M
    return Votes("control_points", score, (), ())


def evidence(votes: list[Votes], declared: str, members: Truths) -> dict[str, object]:
    """The finding for some of the points: control points where there are enough, else borders."""
    found: dict[str, object] = {"declared": declared, "detected": "undetermined", "confidence": 0.0, "method": "none"}
    found |= {"points": 0, "telling_points": 0}
    for vote in votes:
        score = vote.score[members & np.isfinite(vote.score).all(axis=1)]
        told = _weighed(score, vote.method)
        if vote.method == "borders":
            found |= _by_system("share_{}", 1.0 - score.mean(axis=0) if len(score) else None)
        else:
            found |= _by_system("median_{}_m", np.median(score, axis=0).round(1) if len(score) else None)
        if found["detected"] == "undetermined" and len(score) >= (1 if vote.method == "borders" else MIN_CONTROLS):
            found |= told
    return found | {"told": _told(found)}


def _by_system(form: str, values: NDArray[np.float64] | None) -> dict[str, object]:
    return {form.format(name): None if values is None else float(values[n]) for n, name in enumerate(SYSTEMS)}


def _weighed(score: NDArray[np.float64], method: str) -> dict[str, object]:
    wins = np.array([[np.sum(one < other) for other in score.T] for one in score.T], dtype=np.int64)
    telling = int((score.min(axis=1, initial=np.inf) < score.max(axis=1, initial=-np.inf)).sum())
    best = int(np.argmax((wins - wins.T).min(axis=1)))
    margins = np.delete(wins[best] - wins[:, best], best)
    confidence = float(1.0 / (1.0 + np.exp(np.clip(-margins * VOTE_ODDS, -50.0, 50.0)).sum()))
    is_enough = telling >= MIN_VOTES and (len(score) >= MIN_POINTS or telling >= MANY_VOTES)
    is_enough |= method == "control_points" and len(score) >= MIN_CONTROLS
    minority = _minority(wins, best)
    detected = SYSTEMS[best] if is_enough and confidence >= SURE else "undetermined"
    if is_enough and minority:
        detected, confidence = "mixed", minority
    kept = {"detected": detected, "confidence": round(confidence, 4) if detected != "undetermined" else 0.0}
    return {**kept, "method": method, "points": len(score), "telling_points": telling}


def _minority(wins: NDArray[np.int64], best: int) -> float:
    """How sure it is that some points are in another system than the best; 0 where it is not."""
    sure = [0.0]
    for other in range(len(SYSTEMS)):
        against, cast = int(wins[other, best]), int(wins[other, best] + wins[best, other])
        if other != best and against >= MIN_MINORITY and against / cast >= MIXED_SHARE:
            sure.append(float(bdtr(against - 1, cast, NOISE_SHARE)))
    return max(sure) if max(sure) >= SURE else 0.0


def by_group(votes: list[Votes], declared: str, groups: pd.Series) -> pd.DataFrame:
    """The finding for all points (group empty) and for each group; groups that differ make the whole mixed."""
    whole = evidence(votes, declared, np.ones(len(groups), dtype=bool))
    rows = [{"group": "", **whole}]
    names = [name for name in groups.unique().tolist() if name]
    values = groups.to_numpy(dtype=object)
    rows += [{"group": name, **evidence(votes, declared, values == name)} for name in sorted(names)]
    systems = sorted({str(row["detected"]) for row in rows[1:]} - {"undetermined"})
    if len(systems) > 1:
        least = min(float(str(row["confidence"])) for row in rows[1:] if row["detected"] in systems)
        rows[0] |= {"detected": "mixed", "confidence": least}
        rows[0]["told"] = f"{_told(rows[0])}; groups are in {' and '.join(systems)}"
    return pd.DataFrame(rows)


def _told(found: Mapping[str, object]) -> str:
    detected, declared = str(found["detected"]), found["declared"]
    counted = f"{found['points']} points, {found['telling_points']} of them telling"
    if detected == "undetermined":
        return f"too little to tell ({counted}); taken as declared: {declared}"
    agrees = "as declared" if detected == declared else f"but declared {declared}"
    return f"{detected} {agrees}, by {found['method']} ({counted}); nothing shifted"
