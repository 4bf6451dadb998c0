-- Hours kept of an enterprise. Parameters: enterprise_idx, as_of.
select object_id, series, time, value, mark
from dossier_hours
where enterprise_idx = $enterprise_idx and time < $as_of
order by object_id, series, time
