"""R06: values that vary too little, end on odd digits or come again block by block.

SQL chooses and counts; the exact blocks are found with sorted arrays, since "twelve values in a row seen before" is
no question SQL can ask cheaply.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.special import chdtrc

from fusion.rules.asked import asked

POLLUTANTS = {"PM": "pm", "SO2": "so2", "NOx": "nox"}
HOUR_S = 3600
HOURS_OF_OUTLET = 10_000_000  # of outlet_hour in cems_wide
Ask = Callable[..., pa.Table]
Finding = dict[str, Any]
Ints = NDArray[np.int64]

# (a) 72 hours hold a whole block of 36: blocks choose, the hours decide. A step of the last decimal must be finer than
# the spread asked for, or rounding alone would make it.
QUIET = """
WITH sent AS (
    SELECT
        outlet_id,
        DATE_DIFF('hour', TIMESTAMP '2000-01-01 00:00:00', time) // 36 AS block,
        CASE WHEN pm_mg_m3 > 0 AND COALESCE(pm_flag, 'N') NOT IN ('F', 'M', 'C') THEN pm_mg_m3 END AS pm,
        CASE WHEN so2_mg_m3 > 0 AND COALESCE(so2_flag, 'N') NOT IN ('F', 'M', 'C') THEN so2_mg_m3 END AS so2,
        CASE WHEN nox_mg_m3 > 0 AND COALESCE(nox_flag, 'N') NOT IN ('F', 'M', 'C') THEN nox_mg_m3 END AS nox
    FROM cems_wide
    WHERE is_running
),
blocks AS (
    SELECT
        outlet_id,
        COUNT(pm) >= 24 AND STDDEV_SAMP(pm) < 1.5 * $cv_max * AVG(pm) AS is_pm_quiet,
        COUNT(so2) >= 24 AND STDDEV_SAMP(so2) < 1.5 * $cv_max * AVG(so2) AS is_so2_quiet,
        COUNT(nox) >= 24 AND STDDEV_SAMP(nox) < 1.5 * $cv_max * AVG(nox) AS is_nox_quiet
    FROM sent
    GROUP BY outlet_id, block
),
chosen AS (
    SELECT DISTINCT outlet_id, 'PM' AS pollutant FROM blocks WHERE is_pm_quiet
    UNION ALL
    SELECT DISTINCT outlet_id, 'SO2' FROM blocks WHERE is_so2_quiet
    UNION ALL
    SELECT DISTINCT outlet_id, 'NOx' FROM blocks WHERE is_nox_quiet
),
hours AS (
    SELECT c.outlet_id, c.enterprise_id, c.pollutant, c.time, c.raw_mg_m3 AS value, c.flow_m3_h,
           CASE WHEN c.text LIKE '%.%' THEN LENGTH(c.text) - STRPOS(c.text, '.') ELSE 0 END AS decimals
    FROM cems_long AS c
    INNER JOIN chosen AS k ON k.outlet_id = c.outlet_id AND k.pollutant = c.pollutant
    WHERE c.is_running AND COALESCE(c.flag, 'N') NOT IN ('F', 'M', 'C') AND c.raw_mg_m3 > 0
),
windows AS (
    SELECT
        h.outlet_id,
        h.enterprise_id,
        h.pollutant,
        h.time,
        COUNT(*) OVER w AS n,
        POWER(10, -MAX(h.decimals) OVER w) / AVG(h.value) OVER w AS resolution,
        STDDEV_SAMP(h.value) OVER w / AVG(h.value) OVER w AS cv,
        STDDEV_SAMP(h.flow_m3_h) OVER w / AVG(h.flow_m3_h) OVER w AS cv_load
    FROM hours AS h
    WINDOW w AS (
        PARTITION BY h.outlet_id, h.pollutant ORDER BY h.time
        RANGE BETWEEN INTERVAL ($win_h - 1) HOURS PRECEDING AND CURRENT ROW
    )
),
quiet AS (
    SELECT *, LAG(time) OVER (PARTITION BY outlet_id, pollutant ORDER BY time) AS time_before
    FROM windows
    WHERE n >= 0.8 * $win_h AND cv < $cv_max AND resolution < $cv_max AND cv_load > $load_cv
),
begun AS (
    SELECT
        *,
        SUM(CASE WHEN time_before >= time - INTERVAL 1 HOUR * $win_h THEN 0 ELSE 1 END)
            OVER (PARTITION BY outlet_id, pollutant ORDER BY time) AS run
    FROM quiet
)
SELECT
    outlet_id,
    MIN(enterprise_id) AS enterprise_id,
    pollutant,
    MIN(time) - INTERVAL 1 HOUR * ($win_h - 1) AS from_at,
    MAX(time) + INTERVAL 1 HOUR AS to_at,
    MIN(cv) AS cv,
    MAX(cv_load) AS cv_load
FROM begun
GROUP BY outlet_id, pollutant, run
HAVING MAX(time) + INTERVAL 1 HOUR > $from_at::TIMESTAMP
ORDER BY outlet_id, pollutant, from_at
"""

# (b) the digit at the place of the series' last decimal (trailing zeros are not sent), from the month before on;
# only where values spread over many steps of it, so that digits have no reason to differ
DIGITS = """
WITH long_ones AS (
    SELECT outlet_id, pollutant
    FROM cems_long
    WHERE is_running AND raw_mg_m3 > 0 AND time >= DATE_TRUNC('month', $as_of::TIMESTAMP - INTERVAL 1 MONTH)
    GROUP BY outlet_id, pollutant
    HAVING COUNT(*) >= $n_digits
),
hours AS (
    SELECT c.outlet_id, c.enterprise_id, c.pollutant, c.time, c.raw_mg_m3 AS value,
           CASE WHEN c.text LIKE '%.%' THEN LENGTH(c.text) - STRPOS(c.text, '.') ELSE 0 END AS decimals
    FROM cems_long AS c
    INNER JOIN long_ones AS k ON k.outlet_id = c.outlet_id AND k.pollutant = c.pollutant
    WHERE c.is_running AND COALESCE(c.flag, 'N') NOT IN ('F', 'M', 'C') AND c.raw_mg_m3 > 0
        AND c.time >= DATE_TRUNC('month', $as_of::TIMESTAMP - INTERVAL 1 MONTH)
),
series AS (
    SELECT outlet_id, pollutant, MAX(decimals) AS decimals
    FROM hours
    GROUP BY outlet_id, pollutant
    HAVING COUNT(*) >= $n_digits AND STDDEV_SAMP(value) >= 10 * POWER(10, -MAX(decimals))
),
digits AS (
    SELECT h.outlet_id, h.enterprise_id, h.pollutant, h.time,
           CAST(ROUND(h.value * POWER(10, s.decimals)) AS BIGINT) % 10 AS digit
    FROM hours AS h
    INNER JOIN series AS s ON s.outlet_id = h.outlet_id AND s.pollutant = h.pollutant
),
counts AS (
    SELECT outlet_id, pollutant, digit, COUNT(*) AS n, MIN(enterprise_id) AS enterprise_id, MIN(time) AS first_hour,
           MAX(time) AS last_hour
    FROM digits
    GROUP BY outlet_id, pollutant, digit
)
SELECT
    outlet_id,
    MIN(enterprise_id) AS enterprise_id,
    pollutant,
    MIN(first_hour) AS from_at,
    MAX(last_hour) + INTERVAL 1 HOUR AS to_at,
    SUM(n) AS n,
    10.0 * SUM(n * n) / SUM(n) - SUM(n) AS chi_square,
    MAX(n) AS n_most
FROM counts
GROUP BY outlet_id, pollutant
HAVING 10.0 * SUM(n * n) / SUM(n) - SUM(n) > 20
ORDER BY outlet_id, pollutant
"""

OUTLETS = "SELECT outlet_no, outlet_id, enterprise_id FROM cems_flow"
# Thousandths; 0 where a value says nothing.
SERIES = """
SELECT
    outlet_hour,
    CASE WHEN pm_mg_m3 > 0 AND COALESCE(pm_flag, 'N') NOT IN ('F', 'M', 'C')
        THEN CAST(ROUND(pm_mg_m3 * 1000) AS BIGINT) ELSE 0 END AS pm,
    CASE WHEN so2_mg_m3 > 0 AND COALESCE(so2_flag, 'N') NOT IN ('F', 'M', 'C')
        THEN CAST(ROUND(so2_mg_m3 * 1000) AS BIGINT) ELSE 0 END AS so2,
    CASE WHEN nox_mg_m3 > 0 AND COALESCE(nox_flag, 'N') NOT IN ('F', 'M', 'C')
        THEN CAST(ROUND(nox_mg_m3 * 1000) AS BIGINT) ELSE 0 END AS nox
FROM cems_wide
WHERE is_running
"""


def find(ask: Ask, values: Mapping[str, Any]) -> pa.Table:
    """Findings of the three tests; where two meet at one outlet and pollutant, the earlier one tells of both."""
    parts = [*_quiet(ask, values), *_digits(ask, values), *_repeated(ask, values)]
    first: dict[tuple[str, str, Any], Finding] = {}
    for one in parts:
        key = (one["outlet_id"], one["pollutant"], one["window_from"])
        if key in first:
            facts = first[key]["facts"] | one["facts"]
            first[key] |= {"facts": facts, "window_to": max(first[key]["window_to"], one["window_to"])}
        else:
            first[key] = one
    return asked("outlet", first.values())


def _finding(row: Mapping[str, Any], score: float, facts: Mapping[str, Any]) -> Finding:
    return {
        "object_id": row["outlet_id"],
        "enterprise_id": row["enterprise_id"],
        "outlet_id": row["outlet_id"],
        "pollutant": row["pollutant"],
        "window_from": row["from_at"],
        "window_to": row["to_at"],
        "onset_at": row["from_at"],
        "severity": 3,
        "score": score,
        "facts": facts,
    }


def _quiet(ask: Ask, values: Mapping[str, Any]) -> list[Finding]:
    rows = ask(QUIET, values).to_pylist()
    return [_finding(row, 0.5, {"cv": round(row["cv"], 4), "cv_load": round(row["cv_load"], 4)}) for row in rows]


def _digits(ask: Ask, values: Mapping[str, Any]) -> list[Finding]:
    rows = ask(DIGITS, values).to_pylist()
    tested = [(row, float(chdtrc(9, float(row["chi_square"])))) for row in rows]
    return [
        _finding(row, 0.4, {"hours": int(row["n"]), "digit_p": p, "digit_most": int(row["n_most"])})
        for row, p in tested
        if p < values["p_digit"] and row["to_at"] > values["from_at"]
    ]


def _repeated(ask: Ask, values: Mapping[str, Any]) -> list[Finding]:
    outlets = {row["outlet_no"]: row for row in ask(OUTLETS, values).to_pylist()}
    series = ask(SERIES, values)
    outlet_hour = series["outlet_hour"].to_numpy()
    order = np.argsort(outlet_hour)
    outlet, hour = np.divmod(outlet_hour[order], HOURS_OF_OUTLET)
    found = []
    for pollutant, name in POLLUTANTS.items():
        value = series[name].to_numpy()[order]
        is_told = value > 0
        told = outlet[is_told], hour[is_told], value[is_told]
        for block in repeated_blocks(*told, least=values["block_n"], distinct=values["distinct_min"]):
            number, first, last, lag, size = block
            times = {"from_at": _time(first), "to_at": _time(last + 1), "pollutant": pollutant}
            facts = {"repeated_hours": size, "lag_h": lag}
            if times["to_at"] > values["from_at"]:
                found.append(_finding(outlets[number] | times, min(1.0, 0.6 + size / 240), facts))
    return found


def _time(hour: int) -> Any:  # noqa: ANN401 - a datetime
    return (np.datetime64("1970-01-01T00:00:00", "s") + np.timedelta64(hour * HOUR_S, "s")).astype(object)


def _may_repeat(outlet: Ints, before: Ints, value: Ints) -> NDArray[np.bool_]:
    """Whether a pair of values may stand twice at its outlet: their mixed number does. Only these few are sorted."""
    mixed = (outlet * 0x9E3779B1 + before) * 0x85EBCA77 + value  # wraps around
    order = np.argsort(mixed)
    is_again = np.diff(mixed[order]) == 0
    may = np.zeros(len(mixed), np.bool_)
    may[order[1:][is_again]] = True
    may[order[:-1][is_again]] = True
    return may


def repeated_blocks(
    outlet: Ints, hour: Ints, value: Ints, *, least: int, distinct: int
) -> list[tuple[int, int, int, int, int]]:
    """Stretches whose values are those of an earlier stretch: outlet, first and last hour, lag and hours.

    What is given is sorted by outlet and hour.

    Note    pairs of neighbouring values are compared, each with the one before it that is equal, so a block of n is
            n - 1 equal pairs at one lag; pairs of one and the same value are no pairs (a flat line is R03)
    """
    is_pair = (np.diff(outlet) == 0) & (np.diff(hour) == 1) & (np.diff(value) != 0)
    at = np.flatnonzero(is_pair) + 1
    at = at[_may_repeat(outlet[at], value[at - 1], value[at])]
    if len(at) == 0:
        return []
    by_value = np.lexsort((hour[at], value[at], value[at - 1], outlet[at]))
    at = at[by_value]
    again = (
        (np.diff(outlet[at]) == 0) & (np.diff(value[at]) == 0) & (np.diff(value[at - 1]) == 0)
    )  # the pair before in this order is the latest equal one
    later = at[1:][again]
    lag = hour[later] - hour[at[:-1][again]]
    order = np.lexsort((hour[later], lag, outlet[later]))
    later, lag = later[order], lag[order]
    if len(later) == 0:
        return []
    is_new = np.ones(len(later), np.bool_)
    is_new[1:] = (np.diff(outlet[later]) != 0) | (np.diff(lag) != 0) | (np.diff(hour[later]) != 1)
    starts = np.flatnonzero(is_new)
    sizes = np.diff(np.append(starts, len(later)))
    blocks = []
    for start, size in zip(starts[sizes + 1 >= least].tolist(), sizes[sizes + 1 >= least].tolist(), strict=True):
        first, last = int(later[start]) - 1, int(later[start + size - 1])
        if len(np.unique(value[first : last + 1])) >= distinct:
            blocks.append((int(outlet[first]), int(hour[first]), int(hour[last]), int(lag[start]), last - first + 1))
    return blocks
