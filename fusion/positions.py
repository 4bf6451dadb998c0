"""Which positions of the register want mending: the checks of `data_adapters.places` on the enterprises of a build."""

from __future__ import annotations

import pyarrow as pa

from data_adapters.places.findings import check_points
from data_adapters.places.placing import Places
from fusion.engine import Engine
from fusion.layout_accounts import POSITIONS_TO_FIX

REGISTER = """
SELECT enterprise_id AS register_key, name, lon_raw AS lon, lat_raw AS lat, county_adcode AS adcode
FROM enterprises ORDER BY enterprise_id
"""


def positions_to_fix(engine: Engine, regions: pa.Table) -> pa.Table:
    """The faults found, the surest first; a register without any row has none."""
    rows = engine.query(REGISTER).to_pandas()
    if not len(rows):
        return POSITIONS_TO_FIX.empty()
    found = check_points({"enterprises": rows}, Places(regions)).to_fix
    found = found.rename_columns(["enterprise_id" if name == "register_key" else name for name in found.column_names])
    order = [("confidence", "descending"), ("problem", "ascending"), ("enterprise_id", "ascending")]
    return found.select(POSITIONS_TO_FIX.schema.names).sort_by(order).cast(POSITIONS_TO_FIX.schema)
