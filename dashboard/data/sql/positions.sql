-- Positions that want mending, the surest first. Parameters: none; a list for all, whatever is filtered.
select enterprise_id, name, lon_raw, lat_raw, problem, evidence, suggested_lon_deg, suggested_lat_deg, confidence
from positions_to_fix
