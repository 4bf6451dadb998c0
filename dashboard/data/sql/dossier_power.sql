-- Electricity of an enterprise by day. Parameters: enterprise_idx, as_of.
select date, production_kwh, treatment_kwh, total_kwh, hours_offline
from dossier_power
where enterprise_idx = $enterprise_idx and date < $as_of
order by date
