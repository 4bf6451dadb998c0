"""Units: what a value of one is in another."""

from __future__ import annotations

import re
import unicodedata

from data_adapters.source import AdapterError, nearest

# One family a line: name and how many of it make the first.
FAMILIES: tuple[dict[str, float], ...] = (
    {"ug/m3": 1.0, "mg/m3": 1e3, "g/m3": 1e6, "ng/m3": 1e-3},
    {"ppb": 1.0, "ppm": 1e3, "ppt": 1e-3},
    {"ppbc": 1.0, "ppmc": 1e3},
    {"kg": 1.0, "g": 1e-3, "t": 1e3},
    {"kg/h": 1.0, "g/h": 1e-3, "t/h": 1e3},
    {"m": 1.0, "km": 1e3},
    {"m2": 1.0, "km2": 1e6, "ha": 1e4, "mu": 10000 / 15},
    {"m3/h": 1.0, "m3/s": 3600.0, "l/h": 1e-3},
    {"m/s": 1.0, "km/h": 1 / 3.6, "kn": 1852 / 3600},
    {"kw": 1.0, "w": 1e-3, "mw": 1e3},
    {"kwh": 1.0, "wh": 1e-3, "mwh": 1e3, "gwh": 1e6},
    {"pa": 1.0, "hpa": 100.0, "mbar": 100.0, "kpa": 1e3, "mpa": 1e6},
    {"%": 1.0, "1": 100.0},
    {"c": 1.0},
    {"cny": 1.0, "10kcny": 1e4},
    {"h": 1.0, "min": 1 / 60, "s": 1 / 3600},
)
SPELLINGS = {
    "℃": "c", "°c": "c", "摄氏度": "c", "元": "cny", "万元": "10kcny", "亩": "mu", "公顷": "ha", "微克/立方米": "ug/m3",
    "毫克/立方米": "mg/m3", "千瓦时": "kwh", "度": "kwh", "吨": "t", "千克": "kg", "公斤": "kg", "米/秒": "m/s",
    "百帕": "hpa", "帕": "pa", "公里": "km", "米": "m", "千瓦": "kw", "kmh": "km/h", "ms-1": "m/s", "m·s-1": "m/s",
}  # fmt: skip
KELVIN = ("k", "kelvin")
KELVIN_AT_ZERO = 273.15


def plain_unit(text: str) -> str:
    """A unit in its plain spelling: μg/m³ is ug/m3."""
    folded = unicodedata.normalize("NFKC", text).lower().replace("μ", "u").replace("µ", "u").strip()
    folded = re.sub(r"m\^?[-⁻]3$|/m\^3$", "/m3", re.sub(r"[\s*·]+", "", folded)).replace("//", "/")
    folded = folded.replace("nm3", "m3") if folded.endswith("/nm3") or folded.startswith("nm3/") else folded
    return SPELLINGS.get(folded, folded)


def is_unit(text: str) -> bool:
    """Whether a text is a unit known here."""
    plain = plain_unit(text)
    return plain in KELVIN or any(plain in family for family in FAMILIES)


def conversion(column: str, given: str, canonical: str) -> tuple[float, float]:
    """Factor and summand from a given unit to the canonical one.

    Raises  AdapterError if one cannot be made of the other
    """
    given_plain, wanted_plain = plain_unit(given), plain_unit(canonical)
    if given_plain == wanted_plain:
        return 1.0, 0.0
    if given_plain in KELVIN and wanted_plain == "c":
        return 1.0, -KELVIN_AT_ZERO
    for family in FAMILIES:
        if wanted_plain in family:
            if given_plain in family:
                return family[given_plain] / family[wanted_plain], 0.0
            raise AdapterError(
                "", f"{column} is given in {given!r}, wanted in {canonical}", nearest(given_plain, family)
            )
    raise AdapterError("", f"{column} is given in {given!r}, but has the unit {canonical or 'none'}", "leave it out")
