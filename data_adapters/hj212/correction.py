"""折算: concentrations at the reference oxygen of the limit, recomputed and compared with what the device sent.

C_zs = C_dry · (21 − O2_ref) / (21 − O2). Diverges as O2 nears 21 %, so nothing is computed from 20 % on.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
from numpy.typing import ArrayLike, NDArray

AIR_O2_PCT = 21.0
MAX_O2_PCT = 20.0
O2_CODE = "a19001"
Reals = NDArray[np.float64]


def corrected(dry: ArrayLike, o2_pct: ArrayLike, reference_o2_pct: ArrayLike) -> Reals:
    """Dry concentrations at reference oxygen; NaN where oxygen is 20 % or more, or below zero."""
    dry, o2, reference = (np.asarray(value, dtype=float) for value in (dry, o2_pct, reference_o2_pct))
    usable = (o2 >= 0) & (o2 < MAX_O2_PCT)
    gap = np.where(usable, AIR_O2_PCT - o2, np.nan)
    return np.asarray(dry * (AIR_O2_PCT - reference) / gap, dtype=float)


def implied_reference(dry: ArrayLike, zs: ArrayLike, o2_pct: ArrayLike) -> Reals:
    """The reference oxygen a device must have used; NaN where it cannot be told."""
    dry, zs, o2 = (np.asarray(value, dtype=float) for value in (dry, zs, o2_pct))
    usable = (o2 >= 0) & (o2 < MAX_O2_PCT) & (dry > 0)
    return np.asarray(AIR_O2_PCT - zs / np.where(usable, dry, np.nan) * (AIR_O2_PCT - o2), dtype=float)


def is_consistent(
    dry: ArrayLike,
    zs: ArrayLike,
    o2_pct: ArrayLike,
    reference_o2_pct: ArrayLike,
    relative: float = 0.01,
    absolute: float = 0.1,
) -> NDArray[np.bool_]:
    """Whether the corrected values sent agree with the formula.

    Note    true where nothing can be computed; `absolute` covers values written with one decimal
    """
    expected = corrected(dry, o2_pct, reference_o2_pct)
    differs = np.abs(np.asarray(zs, dtype=float) - expected) > absolute + relative * np.abs(expected)
    return ~(differs & ~np.isnan(expected))


def check_readings(readings: pa.Table, reference_o2_pct: Mapping[str, float]) -> pa.Table:
    """Every corrected value of cems_readings beside its recomputation.

    Shape   one row per corrected value whose frame carries the dry value and the oxygen as well
    Note    `reference_o2_pct` is by device; without it `expected` and `is_consistent` are null, and the oxygen the
            device must have used stands in `implied_reference_o2_pct`
    """
    columns = ["frame_no", "device_mn", "data_time", "factor_code", "value_kind", "value"]
    rows = readings.select(columns).to_pandas()
    rows[["device_mn", "factor_code", "value_kind"]] = rows[["device_mn", "factor_code", "value_kind"]].astype(str)
    zs = rows[rows["value_kind"].str.startswith("zs_")].rename(columns={"value": "zs"})
    zs = zs.assign(dry_kind=zs["value_kind"].str.removeprefix("zs_"))
    dry = rows.rename(columns={"value": "dry", "value_kind": "dry_kind"})
    oxygen = rows[rows["factor_code"].eq(O2_CODE) & rows["value_kind"].isin(("rtd", "avg"))]
    oxygen = oxygen.drop_duplicates("frame_no").rename(columns={"value": "o2_pct"})
    joined = zs.merge(dry[["frame_no", "factor_code", "dry_kind", "dry"]], on=["frame_no", "factor_code", "dry_kind"])
    joined = joined.merge(oxygen[["frame_no", "o2_pct"]], on="frame_no")
    reference = joined["device_mn"].map(dict(reference_o2_pct)).to_numpy(dtype=float)
    expected = corrected(joined["dry"], joined["o2_pct"], reference)
    consistent = is_consistent(joined["dry"], joined["zs"], joined["o2_pct"], reference)
    joined = joined.assign(
        implied_reference_o2_pct=implied_reference(joined["dry"], joined["zs"], joined["o2_pct"]), expected=expected
    )
    table = pa.Table.from_pandas(joined.drop(columns="dry_kind"), preserve_index=False)
    return table.append_column("is_consistent", pa.array(consistent, pa.bool_(), mask=np.isnan(expected)))
