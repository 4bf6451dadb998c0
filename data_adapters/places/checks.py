"""What is wrong with single positions of a register: a list to mend, each with evidence, suggestion and confidence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data_adapters.identity.names import comparable_names
from data_adapters.places import digits as digits
from data_adapters.places.coordinates import TO_WGS84
from data_adapters.places.placing import Places
from data_adapters.places.text import is_in_china_range, parse_degrees, read_positions

SHARED_BY = 5  # names at one spot; fewer may be one yard
LABEL_M = 150.0
DEG_M = 111_195.0
BATCH_SURE = 0.95
SHIFT_DEG = 0.02
EXPLAINING = ("dms_as_decimal", "slipped_point")
Codes = NDArray[np.object_]
Degrees = NDArray[np.float64]


@dataclass(frozen=True)
class Points:
    """Positions as written and as read; `city` and `county` are the declared codes, empty where there are none."""

    text: pd.DataFrame  # name, group, lon, lat
    read: pd.DataFrame  # as read_positions gives it, converted if a system was declared
    city: Codes
    county: Codes
    places: Places | None

    @classmethod
    def of(cls, text: pd.DataFrame, city: Codes, county: Codes, places: Places | None, crs: str = "wgs84") -> Points:
        """The points of a register; `crs` is what the file was declared to be in."""
        text = text.reset_index(drop=True)
        read = read_positions(text["lon"], text["lat"])
        lon, lat = TO_WGS84[crs](read["lon_deg"].to_numpy(dtype=float), read["lat_deg"].to_numpy(dtype=float))
        return cls(text, read.assign(lon_deg=lon, lat_deg=lat), city, county, places)

    @property
    def lon(self) -> Degrees:
        """Longitude as read."""
        return self.read["lon_deg"].to_numpy(dtype=float)

    @property
    def lat(self) -> Degrees:
        """Latitude as read."""
        return self.read["lat_deg"].to_numpy(dtype=float)

    def fits(self, lon: Degrees, lat: Degrees) -> NDArray[np.float64]:
        """1 where a position is in or close to its declared county or city, 0 where not, NaN where none is declared."""
        if self.places is None:
            return np.full(len(lon), np.nan)
        by_county = self.places.has_area(self.county) & self.places.has_counties
        area = self.places.locate(lon, lat)
        in_city = (area >= 0) & (self.places.cities[area] == self.city)
        near = np.where(by_county, self.places.is_near(self.county, lon, lat), in_city)
        return np.where(by_county | (self.city != ""), near.astype(float), np.nan)


def problems_of(points: Points) -> pd.DataFrame:
    """All problems, sorted by row.

    Shape   row, problem, evidence, suggested_lon_deg, suggested_lat_deg, confidence
    """
    by_minutes = _minutes(points)
    parts = [by_minutes, *_misread(points), _truncated(points), _shared(points)]
    if points.places is not None:
        known = [part.loc[part["problem"].isin(EXPLAINING), "row"] for part in parts]
        explained = np.isin(np.arange(len(points.text)), pd.concat(known).to_numpy(dtype=np.int64))
        parts += [_labels(points, points.places), _strays(points, points.places, explained)]
    found = pd.concat([part for part in parts if len(part)] or [by_minutes], ignore_index=True)
    return found.sort_values(["row", "problem"], kind="stable").reset_index(drop=True)


def _list(
    mask: NDArray[np.bool_],
    problem: str,
    evidence: pd.Series | str,
    confidence: NDArray[np.float64] | float,
    **to: Degrees,
) -> pd.DataFrame:
    rows = np.flatnonzero(mask)
    blank = np.full(len(mask), np.nan)
    return pd.DataFrame(
        {
            "row": rows,
            "problem": problem,
            "evidence": evidence if isinstance(evidence, str) else evidence.to_numpy(dtype=object)[rows],
            "suggested_lon_deg": np.round(to.get("lon", blank)[rows], 6),
            "suggested_lat_deg": np.round(to.get("lat", blank)[rows], 6),
            "confidence": np.round(np.broadcast_to(confidence, len(mask))[rows].astype(float), 3),
        }
    )


def _misread(points: Points) -> Iterator[pd.DataFrame]:
    """No position, no coordinate in the text, axes exchanged, decimal point slipped."""
    status, unreadable = points.read["status"], points.read["is_unreadable"].to_numpy(dtype=bool)
    yield _list(unreadable, "unreadable", "text that is no coordinate", 1.0)
    yield _list((status == "missing").to_numpy() & ~unreadable, "missing", "no coordinate given", 1.0)
    fit = points.fits(points.lon, points.lat)
    sure = np.select([fit == 1, fit == 0], [0.99, 0.7], 0.95)
    told = pd.Series(np.select([fit == 1, fit == 0], ["exchanged it is where declared", "exchanged it is in China, not"
                     " where declared"], "inside China only when exchanged"))  # fmt: skip
    yield _list((status == "swapped").to_numpy(), "swapped", told, sure, lon=points.lon, lat=points.lat)
    written = [parse_degrees(points.text[axis])["value"].to_numpy(dtype=float) for axis in ("lon", "lat")]
    lon, lat = digits.slipped_point(*written)
    slipped = (status == "outside_china").to_numpy() & np.isfinite(lon)
    fit = points.fits(np.where(slipped, lon, np.nan), np.where(slipped, lat, np.nan))
    sure = np.where(fit == 1, 0.95, 0.6)
    yield _list(slipped, "slipped_point", "in China once the decimal point is moved", sure, lon=lon, lat=lat)


def _minutes(points: Points) -> pd.DataFrame:
    """Minutes and seconds written as decimals: whole groups by their digits, single points by where they fall."""
    lon, lat = (digits.as_minutes(points.text[axis]) for axis in ("lon", "lat"))
    group = points.text["group"]
    sure = digits.minutes_confidence(lon, lat, group)
    told = group.map(
        sure["misfits"].astype(str)
        + " of "
        + sure["values"].astype(str)
        + " values in the group have parts of 60 or more"
    )
    by_group = group.map(sure["confidence"]).fillna(0.0).to_numpy(dtype=float)
    values = lon["value"].to_numpy(dtype=float), lat["value"].to_numpy(dtype=float)
    readable = np.isfinite(values[0]) & np.isfinite(values[1]) & (lon["digits"] + lat["digits"] > 2).to_numpy()
    in_batch = readable & (by_group >= BATCH_SURE)
    lonely = readable & ~in_batch & (points.fits(points.lon, points.lat) == 0) & (points.fits(*values) == 1)
    if points.places is not None:  # closer than that another system explains it as well
        lonely &= ~(points.places.distance_deg(points.county, points.lon, points.lat) < SHIFT_DEG)
    first = _list(in_batch, "dms_as_decimal", told, by_group, lon=values[0], lat=values[1])
    alone = "outside its declared division as decimals, inside as minutes and seconds"
    second = _list(lonely, "dms_as_decimal", alone, 0.7, lon=values[0], lat=values[1])
    return pd.concat([first, second], ignore_index=True)


def _truncated(points: Points) -> pd.DataFrame:
    lon, lat = (digits.as_minutes(points.text[axis]) for axis in ("lon", "lat"))
    sure, count = digits.truncated_confidence(lon, lat, points.text["group"])
    is_decimal = points.read["status"].isin(["ok", "truncated", "swapped", "outside_county"])
    told = (
        count.astype(str)
        + " decimals: off by up to "
        + (DEG_M * 10.0 ** -count.clip(upper=9)).round(0).astype(int).astype(str)
    )
    return _list(
        (is_decimal & (sure >= 0.5)).to_numpy(dtype=bool), "truncated", told + " m", sure.to_numpy(dtype=float)
    )


def _shared(points: Points) -> pd.DataFrame:
    """Many enterprises of different names at one spot: what a geocoder gives when it only knows the county."""
    core = comparable_names(points.text["name"], ())["core"]
    spot = pd.DataFrame({"lon": np.round(points.lon, 5), "lat": np.round(points.lat, 5), "core": core})
    placed = spot["lon"].notna() & spot["lat"].notna()
    names = spot[placed].groupby(["lon", "lat"])["core"].transform("nunique").reindex(spot.index).fillna(0.0)
    told = names.astype(int).astype(str) + " enterprises of different names at this spot"
    sure = (1.0 - 2.0 / names.clip(lower=2.0)).to_numpy(dtype=float)
    return _list((names >= SHARED_BY).to_numpy(dtype=bool), "shared_position", told, sure)


def _labels(points: Points, places: Places) -> pd.DataFrame:
    """At the label point or the centre of a county or city: a default, not an address."""
    metres, kind = places.distance_to_label_m(points.lon, points.lat)
    told = pd.Series(np.round(metres, 0)).astype(str) + " m from the " + pd.Series(kind)
    return _list(metres <= LABEL_M, "label_point", told, 0.9)


def _strays(points: Points, places: Places, explained: NDArray[np.bool_]) -> pd.DataFrame:
    """Outside China or outside the declared division, where nothing above says why."""
    lon, lat = points.lon, points.lat
    area = places.locate(lon, lat)
    lost = (points.read["status"] == "outside_china").to_numpy(dtype=bool)
    lost = lost | (places.is_national & (area < 0) & np.isfinite(lon))
    in_box = is_in_china_range(points.read["lon_deg"], points.read["lat_deg"]).to_numpy(dtype=bool)
    told = pd.Series(np.where(in_box, "in no county of China: at sea, abroad or wrong", "far from China"))
    abroad = _list(lost & ~explained, "outside_china", told, np.where(in_box, 0.7, 0.99))
    away = (points.fits(lon, lat) == 0) & ~lost & ~explained & np.isfinite(lon)
    far_km = places.distance_deg(points.county, lon, lat) * DEG_M / 1000.0
    by_county = np.isfinite(far_km)
    declared = np.where(by_county, points.county, points.city)
    found = np.where(by_county, places.codes[area], places.cities[area])
    away_by = np.where(by_county, np.char.mod(", %.1f km away", np.nan_to_num(far_km)), "").astype(object)
    whither = "declared " + declared.astype(object) + ", lies in " + found.astype(object) + away_by
    sure = np.where(by_county, np.clip(0.6 + 0.04 * np.nan_to_num(far_km), 0.6, 0.95), 0.8)
    return pd.concat([abroad, _list(away, "outside_county", pd.Series(whither, dtype=object), sure)], ignore_index=True)
