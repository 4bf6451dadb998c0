"""R21: flue gas expected from electricity by a robust fit, against what was measured.

The gas is flow x (21 - O2), so that dilution with air doesn't count. Hours without production aren't judged: gas of
fans that purge a stopped furnace is no mismatch, and a stop that is none is R15. All fits are made side by side
(Huber weights, a few rounds over all hours at once). Accounts that are read once a day (F02) can't tell 12 hours and
are left out; so are damper openings, which no table has.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from fusion.rules.asked import asked

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

HOURS = """
WITH meters AS (
    SELECT meter_id FROM power_hours
    WHERE role = 'production' AND enterprise_id IN (SELECT enterprise_id FROM cems_hours)
    GROUP BY meter_id
),
power AS (
    SELECT enterprise_id, time, SUM(kwh) AS kwh, COUNT(kwh) AS meters
    FROM power_hours
    WHERE meter_id IN (SELECT meter_id FROM meters) AND is_online
        AND time >= $as_of::TIMESTAMP - INTERVAL 1 DAY * $fit_d
    GROUP BY enterprise_id, time
),
whole AS (
    SELECT enterprise_id, MAX(meters) AS meters, QUANTILE_CONT(kwh, 0.95) AS high_kwh FROM power GROUP BY enterprise_id
)
SELECT
    c.outlet_id,
    c.enterprise_id,
    DATE_DIFF('hour', TIMESTAMP '1970-01-01', c.time) AS hour,
    c.flow_m3_h * (21 - c.o2_pct) AS gas,
    p.kwh
FROM cems_hours AS c
INNER JOIN power AS p ON p.enterprise_id = c.enterprise_id AND p.time = c.time
INNER JOIN whole AS w ON w.enterprise_id = p.enterprise_id AND w.meters = p.meters
WHERE c.flow_m3_h IS NOT NULL AND c.o2_pct < 21 AND p.kwh > $on_share * w.high_kwh
ORDER BY c.outlet_id, c.time
"""
HUBER = 1.345
ROUNDS = 12
HALF_H = 30 * 24


def find(ask: Callable[..., pa.Table], values: Mapping[str, Any]) -> pa.Table:
    """Runs of hours in which gas and electricity disagree, one way."""
    hours = ask(HOURS, values)
    if not hours.num_rows:
        return asked("outlet", [])
    outlets, group = np.unique(hours["outlet_id"].to_numpy(zero_copy_only=False).astype(str), return_inverse=True)
    hour, gas, kwh = (hours[name].to_numpy().astype(np.float64) for name in ("hour", "gas", "kwh"))
    n = len(outlets)
    slope, base, scale, weight = fit(group, kwh, gas, n)
    usual = group_median(group, np.abs(gas), n)
    z = (gas - base[group] - slope[group] * kwh) / np.maximum(scale, values["floor_share"] * usual)[group]
    z[np.bincount(group, minlength=n)[group] < values["n_fit"]] = 0.0
    sign = np.where(z > values["z_min"], 1, np.where(z < -values["z_min"], -1, 0))
    begin, end, count = runs(group, hour, sign, values["gap_h"])
    from_h = (values["from_at"] - _EPOCH).total_seconds() / 3600
    keep = (count >= values["h_min"]) & (hour[end] >= from_h)
    turned = _slope_change((group, hour, kwh, gas, weight), n)
    owner = hours["enterprise_id"]
    return asked(
        "outlet",
        (
            {
                "object_id": str(outlets[group[first]]),
                "outlet_id": str(outlets[group[first]]),
                "enterprise_id": owner[int(first)].as_py(),
                "window_from": _at(hour[first]),
                "window_to": _at(hour[last] + 1),
                "onset_at": _at(hour[first]),
                "severity": 2,
                "score": float(min(1.0, 0.4 + 0.02 * np.abs(z[first : last + 1]).mean() + 0.005 * hours_off)),
                "facts": {
                    "direction": "power_high_gas_low" if sign[first] < 0 else "gas_high_power_low",
                    "hours": int(hours_off),
                    "mean_z": round(float(z[first : last + 1].mean()), 2),
                    "measured_share": round(_share(gas, base[group] + slope[group] * kwh, first, last), 3),
                    "slope_change": turned[group[first]],
                },
            }
            for first, last, hours_off in zip(begin[keep], end[keep], count[keep], strict=True)
        ),
    )


_EPOCH = datetime(1970, 1, 1)


def _at(hour: float) -> datetime:
    return _EPOCH + timedelta(hours=int(hour))


def _share(gas: Floats, expected: Floats, first: int, last: int) -> float:
    return float(gas[first : last + 1].sum() / max(expected[first : last + 1].sum(), 1e-9))


def group_median(group: Ints, value: Floats, n: int) -> Floats:
    """Median of each group; 0 where it has no row."""
    order = np.lexsort((value, group))
    size = np.bincount(group, minlength=n)
    start = np.concatenate([[0], np.cumsum(size)[:-1]])
    low, high = start + np.maximum(size - 1, 0) // 2, start + size // 2
    last = max(len(value) - 1, 0)
    sorted_value = value[order]
    both = (sorted_value[np.minimum(low, last)] + sorted_value[np.minimum(high, last)]) / 2
    return np.where(size > 0, both, 0.0)


def fit(group: Ints, x: Floats, y: Floats, n: int) -> tuple[Floats, Floats, Floats, Floats]:
    """Slope, base and scale of the residual of each group, and the weight each row ended with."""
    weight = np.ones(len(x))
    slope = base = scale = np.zeros(n)
    for _ in range(ROUNDS):
        slope, base = _line(group, x, y, weight, n)
        away = np.abs(y - base[group] - slope[group] * x)
        scale = np.maximum(1.4826 * group_median(group, away, n), 1e-9)
        weight = np.minimum(1.0, HUBER * scale[group] / np.maximum(away, 1e-9))
    return slope, base, scale, weight


def _line(group: Ints, x: Floats, y: Floats, weight: Floats, n: int) -> tuple[Floats, Floats]:
    total = np.maximum(np.bincount(group, weight, n), 1e-9)
    mean_x, mean_y = np.bincount(group, weight * x, n) / total, np.bincount(group, weight * y, n) / total
    dx = x - mean_x[group]
    spread = np.bincount(group, weight * dx * dx, n)
    slope = np.where(
        spread > 1e-9, np.bincount(group, weight * dx * (y - mean_y[group]), n) / np.maximum(spread, 1e-9), 0
    )
    return slope, mean_y - slope * mean_x


def runs(group: Ints, hour: Floats, sign: Ints, gap_h: float) -> tuple[Ints, Ints, Ints]:
    """First and last row and number of marked rows of each run of one sign, holes up to `gap_h` bridged."""
    at = np.flatnonzero(sign)
    if not len(at):
        return at, at, at
    new = (np.diff(group[at]) != 0) | (np.diff(sign[at]) != 0) | (np.diff(hour[at]) > gap_h + 1)
    first = np.concatenate([[0], np.flatnonzero(new) + 1])
    last = np.concatenate([first[1:] - 1, [len(at) - 1]])
    return at[first], at[last], last - first + 1


def _slope_change(rows: tuple[Ints, Floats, Floats, Floats, Floats], n: int) -> list[float | None]:
    """Change of the slope from the 30 days before to the last 30, as a share; None where either can't be fitted."""
    group, hour, x, y, weight = rows
    late = hour > hour.max() - HALF_H
    parts = [_line(group[part], x[part], y[part], weight[part], n)[0] for part in (~late, late)]
    known = [np.bincount(group[part], minlength=n) >= HALF_H / 4 for part in (~late, late)]
    return [
        round(float(new / old - 1), 3) if old > 0 and first and second else None
        for old, new, first, second in zip(*parts, *known, strict=True)
    ]
