"""Which coordinate system a register was written in: a test that tells, and never shifts a point."""

from __future__ import annotations

import numpy as np
import pandas as pd

from data_adapters.places.coordinates import TO_WGS84
from data_adapters.places.placing import Declared, Places

USABLE = ("ok", "dms", "truncated", "outside_county")


def datum_note(places: Places, declared: Declared, positions: pd.DataFrame, min_points: int) -> str:
    """The share of points inside their declared county (or city) if read as WGS-84, GCJ-02 and BD-09.

    Note    the systems differ by some 500 m, so few points tell nothing: below `min_points` that is what is said
    """
    lon, lat = positions["lon_deg"].to_numpy(dtype=float), positions["lat_deg"].to_numpy(dtype=float)
    usable = np.isfinite(lon) & np.isfinite(lat) & positions["status"].isin(USABLE).to_numpy()
    levels = [("city", declared.city, places.cities)]
    if places.has_counties:
        levels.insert(0, ("county", declared.county, places.codes))
    counted: list[str] = []
    for level, codes, area_codes in levels:
        tested = usable & (codes != "")
        count = int(tested.sum())
        counted.append(f"{count} with a declared {level}")
        if count < min_points:
            continue
        shares: dict[str, float] = {}
        for name, convert in TO_WGS84.items():
            area = places.locate(*convert(lon[tested], lat[tested]), reach_deg=0)
            shares[name] = float(np.mean((area >= 0) & (area_codes[area] == codes[tested])))
        return _told(shares, count, level)
    return f"datum test: too few points ({', '.join(counted)}; needs {min_points}); taken as WGS-84"


def _told(shares: dict[str, float], count: int, level: str) -> str:
    best = max(shares, key=lambda name: shares[name])
    listed = ", ".join(f"{name} {share:.2%}" for name, share in shares.items())
    verdict = "best as wgs84" if best == "wgs84" else f"suspected {best}: if so, declare it with option crs={best}"
    return f"datum test: of {count} points, inside their declared {level} as {listed}; {verdict}; nothing shifted"
