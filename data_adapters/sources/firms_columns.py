"""From the text of a FIRMS file to the columns of satellite_detections; what does not fit is refused with its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from data_adapters.source import FileAccount, Mask, RejectionLog, Rows

NOTHING = ("", "na", "nan", "null", "none", "n/a")
MIDNIGHT = r"[T ]00?:00(?::00(?:\.0+)?)?(?:Z|\+00:?00)?$"
UTC_PLUS_8 = pd.Timedelta(hours=8)
CONFIDENCE_WORDS = {"l": "low", "low": "low", "n": "nominal", "nominal": "nominal", "h": "high", "high": "high"}
DAY_WORDS = {"d": True, "day": True, "n": False, "night": False}
MODIS_SATELLITES = ("Terra", "Aqua")
PROCESSING = re.compile(r"(urt|nrt|rt)\s*$")
TIME_TEXT = r"^(?:(?P<colon_h>\d{1,2}):(?P<colon_m>\d{2})(?::\d{2}(?:\.\d+)?)?|(?P<digits>\d{1,4})(?:\.0+)?)$"


@dataclass(frozen=True)
class Words:
    """The vocabulary of the sidecar."""

    columns: Mapping[str, list[str]]
    satellites: Mapping[str, str]
    fire_types: Mapping[str, str]
    nominal_from_pct: float
    high_from_pct: float

    @classmethod
    def from_sidecar(cls, known: Mapping[str, Any]) -> Words:
        """The words of firms.toml."""
        satellites = {word: name for name, words in known["satellites"].items() for word in words}
        limits = known["parameters"]
        return cls(
            known["columns"],
            satellites,
            known["fire_types"],
            limits["modis_nominal_from_pct"],
            limits["modis_high_from_pct"],
        )


@dataclass
class Checks:
    """The rows of one file that are still good, and where the others are written down."""

    account: FileAccount
    log: RejectionLog
    rows: Rows
    good: Mask

    def refuse(self, mask: pd.Series | Mask, reason: str, message: str, raw: pd.Series) -> None:
        """Refuse the rows of `mask` that were good until now."""
        bad = np.asarray(mask, dtype=bool) & self.good
        self.log.add_mask(self.account, (reason, message, str(raw.name)), bad, raw.array, self.rows)
        self.good &= ~bad


def detections(frame: pd.DataFrame, checks: Checks, words: Words) -> pd.DataFrame:
    """The good rows as satellite_detections, with `row` beside: the row number in the file.

    Shape   one row per good row, in the order of the file
    """
    lat = _number(frame["latitude"], checks, (-90.0, 90.0))
    lon = _number(frame["longitude"], checks, (-180.0, 180.0))
    observed_utc = _observed_utc(frame, checks)
    satellite = _satellite(frame, checks, words)
    instrument = _instrument(frame, satellite, checks)
    confidence, confidence_pct = _confidence(frame["confidence"], checks, words)
    fire_type = _coded(frame["type"], words.fire_types, checks, "bad_type")
    is_day = _coded(frame["daynight"], DAY_WORDS, checks, "bad_daynight")
    observed_at = observed_utc + UTC_PLUS_8
    made = pd.DataFrame(
        {
            "satellite": satellite,
            "instrument": instrument,
            "observed_at": observed_at,
            "observed_date": observed_at.dt.normalize(),
            "lon_deg": lon,
            "lat_deg": lat,
            "frp_mw": _number(frame["frp"], checks, (0.0, np.inf), is_optional=True),
            "brightness_k": _number(frame["brightness"], checks, (0.0, 5000.0), is_optional=True),
            "scan_km": _number(frame["scan"], checks, (0.0, 100.0), is_optional=True),
            "track_km": _number(frame["track"], checks, (0.0, 100.0), is_optional=True),
            "confidence": confidence,
            "confidence_pct": confidence_pct.where(instrument == "MODIS"),
            "is_day": is_day,
            "fire_type": fire_type,
            "processing": _processing(frame, checks.account),
            "row": checks.rows,
        }
    )[checks.good].reset_index(drop=True)
    made.insert(0, "detection_id", _detection_id(made))
    return made


def _detection_id(made: pd.DataFrame) -> pd.Series:
    utc = _by_distinct(made["observed_at"], lambda times: (times - UTC_PLUS_8).dt.strftime("%Y%m%dT%H%M"))
    parts = [made["satellite"], utc, _five_decimals(made["lat_deg"]), _five_decimals(made["lon_deg"])]
    joined = pc.binary_join_element_wise(*(pa.array(part, pa.string()) for part in parts), "-")
    return pd.Series(joined, index=made.index, dtype="str")


def _five_decimals(degrees: pd.Series) -> pa.Array:
    """Degrees as text with five decimals, by way of whole numbers: much quicker than a format per value."""
    units = np.rint(degrees.to_numpy(dtype=float) * 1e5).astype(np.int64)
    digits = pc.utf8_lpad(pc.cast(pa.array(np.abs(units)), pa.string()), width=6, padding="0")
    text = pc.binary_join_element_wise(
        pc.utf8_slice_codeunits(digits, 0, stop=-5), pc.utf8_slice_codeunits(digits, -5), "."
    )
    return pc.if_else(pa.array(units < 0), pc.binary_join_element_wise("-", text, ""), text)


def _number(raw: pd.Series, checks: Checks, within: tuple[float, float], *, is_optional: bool = False) -> pd.Series:
    values = _parsed(raw)
    is_bad = ~np.isfinite(values)
    if is_optional and is_bad.any():
        is_bad &= ~raw.str.lower().isin(NOTHING).to_numpy(dtype=bool)
    checks.refuse(is_bad, "bad_number", "not a number", raw)
    checks.refuse((values < within[0]) | (values > within[1]), "out_of_range", "a value that cannot be", raw)
    return pd.Series(values, index=raw.index)


def _parsed(raw: pd.Series) -> NDArray[np.float64]:
    """Numbers, NaN where there is none."""
    texts = pa.array(raw, pa.string())
    try:
        filled = pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)
        values: NDArray[np.float64] = pc.cast(filled, pa.float64()).to_numpy(zero_copy_only=False)
    except pa.ArrowInvalid:
        values = pd.to_numeric(raw, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    return values


def _by_distinct(raw: pd.Series, work: Callable[[pd.Series], pd.Series]) -> pd.Series:
    """The work done once per distinct value: times, satellites and versions repeat by the thousand."""
    places, distinct = pd.factorize(raw)
    return work(pd.Series(distinct, dtype=raw.dtype)).take(places).set_axis(raw.index)


def _minutes(raw: pd.Series) -> pd.Series:
    parts = raw.str.extract(TIME_TEXT)
    digits = parts["digits"].str.zfill(4)
    hour = pd.to_numeric(parts["colon_h"].fillna(digits.str[:2]), errors="coerce")
    minute = pd.to_numeric(parts["colon_m"].fillna(digits.str[2:]), errors="coerce")
    return (hour * 60 + minute).where((hour < 24) & (minute < 60)).astype(float)


def _day(raw: pd.Series) -> pd.Series:
    plain = raw.str.replace("/", "-", regex=False).str.replace(MIDNIGHT, "", regex=True)
    return pd.to_datetime(plain, format="%Y-%m-%d", errors="coerce")


def _observed_utc(frame: pd.DataFrame, checks: Checks) -> pd.Series:
    raw_date = frame["acq_date"]
    date = _by_distinct(raw_date, _day)
    checks.refuse(date.isna(), "bad_date", "not a day as 2023-07-18", raw_date)
    minutes = _by_distinct(frame["acq_time"], _minutes)
    checks.refuse(minutes.isna(), "bad_time", "not a time of day as 0614", frame["acq_time"])
    return (date + pd.to_timedelta(minutes, unit="min")).astype("datetime64[s]")


def _plain(raw: pd.Series) -> pd.Series:
    return raw.str.lower().str.replace(r"[\s\-_]+|\.0$", "", regex=True)


def _satellite(frame: pd.DataFrame, checks: Checks, words: Words) -> pd.Series:
    raw = frame["satellite"]
    satellite = _by_distinct(raw, lambda texts: _plain(texts).map(dict(words.satellites)))
    checks.refuse(satellite.isna(), "unknown_satellite", "not a satellite of MODIS or VIIRS", raw)
    return satellite


def _instrument(frame: pd.DataFrame, satellite: pd.Series, checks: Checks) -> pd.Series:
    raw = frame["instrument"]
    expected = pd.Series(np.where(satellite.isin(MODIS_SATELLITES), "MODIS", "VIIRS"), index=frame.index)
    written = _by_distinct(raw, lambda texts: texts.str.upper())
    wrong = (written != "") & (written != expected)
    checks.refuse(wrong, "wrong_instrument", "an instrument this satellite does not carry", raw)
    return expected


def _confidence(raw: pd.Series, checks: Checks, words: Words) -> tuple[pd.Series, pd.Series]:
    def percentages(texts: pd.Series) -> pd.Series:
        percent = pd.to_numeric(texts.str.removesuffix("%"), errors="coerce").astype(float)
        return percent.where((percent >= 0) & (percent <= 100))

    def graded(texts: pd.Series) -> pd.Series:
        percent = percentages(texts)
        bounds = [percent < words.nominal_from_pct, percent < words.high_from_pct]
        by_percent = pd.Series(np.select(bounds, ["low", "nominal"], "high"), index=texts.index).where(percent.notna())
        return texts.str.lower().map(CONFIDENCE_WORDS).astype("str").fillna(by_percent.astype("str"))

    grade = _by_distinct(raw, graded)
    checks.refuse(grade.isna(), "bad_confidence", "neither 0-100 nor low, nominal, high", raw)
    return grade, _by_distinct(raw, percentages).round().astype("Int32")


def _coded(raw: pd.Series, words: Mapping[str, Any], checks: Checks, reason: str) -> pd.Series:
    def decoded(texts: pd.Series) -> pd.Series:
        plain = texts.str.lower().str.replace(r"\.0+$", "", regex=True)
        return plain.map(dict(words)).astype(object)

    value = _by_distinct(raw, decoded)
    if value.isna().any():
        checks.refuse(value.isna() & (raw != ""), reason, f"not one of {', '.join(words)}", raw)
    return value.where(value.notna(), None)


def _processing(frame: pd.DataFrame, account: FileAccount) -> NDArray[np.object_]:
    version = frame["version"].str.lower()
    if len(frame) and not version.any():
        is_archive = bool((frame["type"] != "").any())
        account.notes.append(f"no version: taken as {'archive, since it has types' if is_archive else 'nrt'}")
        return np.full(len(frame), "archive" if is_archive else "nrt", dtype=object)
    kinds = _by_distinct(version, lambda texts: texts.str.extract(PROCESSING, expand=False))
    found: NDArray[np.object_] = kinds.fillna("archive").to_numpy(dtype=object)
    return found
