"""What the digits of coordinates tell: minutes written as decimals, digits cut off, a point slipped."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data_adapters.places.text import CHINA_LAT, CHINA_LON, MIN_DECIMALS

DECIMAL = r"^(?P<whole>\d{1,3})\.(?P<fraction>\d+)$"
ODDS_FULL = np.log(0.98 / 0.36)  # a value of four digits or more fits minutes and seconds by chance in 36 of 100
ODDS_SHORT = np.log(0.98 / 0.60)  # one of two or three digits fits minutes in 60 of 100
ODDS_MISFIT = np.log(0.02 / 0.64)
PRIOR = np.log(1 / 50)  # one batch in fifty is written that way
SLIPS = 7
# A whole number of seconds has this share of values with exactly so many decimals: 37.6 is 37°36'00".
WHOLE_SECONDS = {1: 1 / 360, 2: 1 / 36 - 1 / 360, 3: 1 / 18 - 1 / 36}
LONG = 6  # digits from which whole seconds cannot be chance

Floats = NDArray[np.float64]


def as_minutes(text: pd.Series) -> pd.DataFrame:
    """Decimals read as degrees, minutes and seconds: 116.3012 as 116°30'12".

    Shape   value: degrees (NaN if the digits do not fit); digits: of the fraction; fits: no part is 60 or more;
            is_second: with 6 digits and more, whether it is a whole number of seconds
    """
    parts = text.str.normalize("NFKC").str.strip().str.extract(DECIMAL)
    fraction = parts["fraction"].fillna("")
    padded = fraction.str.pad(4, side="right", fillchar="0")
    minutes = pd.to_numeric(padded.str[:2], errors="coerce")
    seconds = pd.to_numeric(padded.str[2:4] + "." + padded.str[4:] + "0", errors="coerce")
    fits = parts["whole"].notna() & (minutes < 60) & (seconds < 60)
    value = pd.to_numeric(parts["whole"], errors="coerce") + minutes / 60 + seconds / 3600
    length = fraction.str.len()
    seconds_of_arc = pd.to_numeric("0." + fraction + "0", errors="coerce") * 3600.0
    off = (seconds_of_arc - seconds_of_arc.round()).abs()
    is_second = (off <= 3600.0 * 10.0**-length).where(length >= LONG)
    return pd.DataFrame({"value": value.where(fits), "digits": length, "fits": fits, "is_second": is_second})


def minutes_confidence(lon: pd.DataFrame, lat: pd.DataFrame, groups: pd.Series) -> pd.DataFrame:
    """For each group how sure it is that its decimals are minutes and seconds, from the digits that never occur.

    Shape   index: group; values: how many were looked at; misfits: how many cannot be minutes; confidence: 0-1
    """
    both = pd.concat([lon.assign(group=groups), lat.assign(group=groups)], ignore_index=True)
    both = both[both["digits"] >= 2]
    odds = np.where(both["digits"] >= 4, ODDS_FULL, ODDS_SHORT)
    both["odds"] = np.where(both["fits"], odds, ODDS_MISFIT)
    summed = both.groupby("group").agg(values=("odds", "size"), odds=("odds", "sum"), fits=("fits", "sum"))
    confidence = 1.0 / (1.0 + np.exp(-np.clip(summed["odds"] + PRIOR, -50, 50)))
    return pd.DataFrame({"values": summed["values"], "misfits": summed["values"] - summed["fits"]}).assign(
        confidence=confidence
    )


def truncated_confidence(lon: pd.DataFrame, lat: pd.DataFrame, groups: pd.Series) -> tuple[pd.Series, pd.Series]:
    """For each point how sure it is that digits were cut off, and how many digits it has; 0 where 4 or more are there.

    Note    zeros at the end get lost without harm, and 37.6 may be 37°36'00": what is expected of both in its group
            is taken off
    """
    is_decimal = (lon["digits"] > 0) | (lat["digits"] > 0)
    digits = lon["digits"].where(lon["digits"] < lat["digits"], lat["digits"]).where(is_decimal, 9)
    usual = digits.groupby(groups).transform("median")
    observed = digits.groupby([groups, digits]).transform("size") / digits.groupby(groups).transform("size")
    seconds = pd.concat([lon["is_second"], lat["is_second"]]).astype("float64")
    from_seconds = seconds.groupby(pd.concat([groups, groups])).mean().reindex(groups.to_numpy()).fillna(0.0)
    expected = 10.0 ** -(usual - digits).clip(lower=0)
    expected = 2.0 * (expected + from_seconds.to_numpy() * digits.map(WHOLE_SECONDS).fillna(0.0))
    natural = np.where(usual >= MIN_DECIMALS, (expected / observed).clip(upper=1.0), 0.0)
    return pd.Series(1.0 - natural, index=digits.index).where(digits < MIN_DECIMALS, 0.0), digits


def slipped_point(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Values that only want a decimal point to lie in China: 1163974.7 is 116.39747; NaN where that is not so."""
    found = np.full((2, len(lon)), np.nan)
    for axis, (values, low, high) in enumerate(((lon, *CHINA_LON), (lat, *CHINA_LAT))):
        is_in = (values >= low) & (values <= high)
        found[axis] = np.where(is_in, values, np.nan)
        for slip in range(1, SLIPS + 1):
            tried = values / 10.0**slip
            fits = np.isnan(found[axis]) & (tried >= low) & (tried <= high)
            found[axis] = np.where(fits, tried, found[axis])
    ok = np.isfinite(found).all(axis=0) & ((found[0] != lon) | (found[1] != lat))
    return np.where(ok, found[0], np.nan), np.where(ok, found[1], np.nan)
