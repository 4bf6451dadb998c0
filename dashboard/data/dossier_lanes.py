"""What is drawn on the time axis of a dossier: series by hour or day, each with its limit, marks and state.

A lane is a dictionary that JSON can carry: kind, object, series, unit, step_h (1 or 24), from (first hour), values
(null where nothing was sent), marks (one digit a value, as in dossier_hours), limits (one a value, or none), state.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

Row = Mapping[str, Any]
Lane = dict[str, Any]

EMISSION = ("NOx", "SO2", "PM")
UNITS = {"nh3_flow_kg_h": "kg/h", "nh3_slip_mg_m3": "mg/m³", "load_pct": "%", "inlet_nox_mg_m3": "mg/m³", "fan_a": "A",
         "pump_a": "A", "production_kw": "kW", "treatment_kw": "kW", "furnace_c": "°C"}  # fmt: skip
PROCESS = ("nh3_flow_kg_h", "nh3_slip_mg_m3", "load_pct", "inlet_nox_mg_m3", "fan_a", "pump_a")
METERS = ("production_kw", "treatment_kw")
MG_M3 = "mg/m³"
FURNACE_LEAST_C = 850.0
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
FAULT, MAINTENANCE, STOPPED = "1", "2", "3"


def at(time: datetime | date) -> str:
    """A moment as lanes write it: to the minute."""
    return time.strftime("%Y-%m-%d %H:%M")


def lanes_of(hours: Sequence[Row], days: Sequence[Row], emission: Sequence[Row], power: Sequence[Row]) -> list[Lane]:
    """Every lane there are values for; of emission by the hour, else by outlet and day, else by enterprise and day."""
    limits = {(row["outlet_id"], row["pollutant"], row["date"]): row["limit_mg_m3"] for row in days}
    by_hour = [_hours_lane(key, list(rows), limits) for key, rows in _grouped(hours, ("object_id", "series"))]
    drawn = {(lane["object"], lane["series"]) for lane in by_hour}
    by_day = [
        _days_lane(key, list(rows)) for key, rows in _grouped(days, ("outlet_id", "pollutant")) if key not in drawn
    ]
    if not any(lane["kind"] == "emission" for lane in (*by_hour, *by_day)):
        by_day += [_days_lane(("", key[0]), list(rows)) for key, rows in _grouped(emission, ("pollutant",))]
    return [*by_hour, *by_day, *_power_lanes(power)]


def _grouped(rows: Sequence[Row], names: tuple[str, ...]) -> Iterable[tuple[tuple[Any, ...], Iterable[Row]]]:
    return groupby(rows, key=lambda row: tuple(row[name] for name in names))


def _hours_lane(key: tuple[Any, ...], rows: list[Row], limits: Mapping[tuple[str, str, date], float | None]) -> Lane:
    outlet, series = key
    values, marks, first = _spread([(row["time"], row["value"], str(row["mark"])) for row in rows], HOUR)
    lane: Lane = {
        "kind": _kind(series),
        "object": outlet,
        "series": series,
        "unit": UNITS.get(series, MG_M3),
        "step_h": 1,
        "from": at(first),
        "values": values,
        "marks": marks,
        "limits": None,
        "state": "data",
    }
    if series in EMISSION:
        lane["limits"] = [limits.get((outlet, series, (first + i * HOUR).date())) for i in range(len(values))]
    elif series == "furnace_c":
        lane["limits"] = [FURNACE_LEAST_C] * len(values)
    return lane


def _kind(series: str) -> str:
    if series in EMISSION:
        return "emission"
    return "furnace" if series == "furnace_c" else "power" if series in METERS else "process"


def _days_lane(key: tuple[Any, ...], rows: list[Row]) -> Lane:
    outlet, pollutant = key
    told = [(_midnight(row["date"]), row["mean_mg_m3"], _mark_of(row)) for row in rows]
    values, marks, first = _spread(told, DAY)
    by_day = {row["date"]: row for row in rows}
    whole = [by_day.get((first + i * DAY).date(), {}) for i in range(len(values))]
    return {"kind": "emission", "object": outlet, "series": pollutant, "unit": MG_M3, "step_h": 24, "from": at(first),
            "values": values, "marks": marks, "limits": [row.get("limit_mg_m3") for row in whole],
            "hours_over": [row.get("hours_over") or 0 for row in whole],
            "hours_over_fault": [row.get("hours_over_fault") or 0 for row in whole], "state": "data"}  # fmt: skip


def _mark_of(row: Row) -> str:
    """The mark that covers half of a day or more."""
    for digit, name in (("1", "hours_fault"), ("2", "hours_maintenance"), ("3", "hours_stopped")):
        if 2 * row.get(name, 0) >= max(row.get("hours", 24), 1):
            return digit
    return "0"


def _power_lanes(power: Sequence[Row]) -> list[Lane]:
    out = []
    for series in ("production_kwh", "treatment_kwh", "total_kwh"):
        told = [(_midnight(row["date"]), row[series], "0") for row in power if row[series] is not None]
        if told:
            values, marks, first = _spread(told, DAY)
            out.append({"kind": "power", "object": "", "series": series, "unit": "kWh", "step_h": 24, "from": at(first),
                        "values": values, "marks": marks, "limits": None, "state": "data"})  # fmt: skip
    return out


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)


def _spread(
    told: Sequence[tuple[datetime, float | None, str]], step: timedelta
) -> tuple[list[float | None], str, datetime]:
    """Values and marks by equal steps from the first on; what was not sent is empty."""
    first, last = told[0][0], told[-1][0]
    size = round((last - first) / step) + 1
    values: list[float | None] = [None] * size
    marks = ["0"] * size
    for time, value, mark in told:
        i = round((time - first) / step)
        values[i] = None if value is None else round(float(value), 1)
        marks[i] = mark
    return values, "".join(marks), first


def moments(lane: Lane) -> list[datetime]:
    """The start of every value of a lane."""
    first, step = datetime.fromisoformat(lane["from"]), timedelta(hours=lane["step_h"])
    return [first + i * step for i in range(len(lane["values"]))]


def within(lane: Lane, from_at: datetime, to_at: datetime) -> list[float]:
    """The values of a lane that begin in a window."""
    return [v for t, v in zip(moments(lane), lane["values"], strict=True) if v is not None and from_at <= t < to_at]
