-- Days of automatic monitoring of an enterprise. Parameters: enterprise_idx, as_of.
select outlet_id, pollutant, date, mean_mg_m3, max_mg_m3, limit_mg_m3, hours, hours_valid, hours_over, hours_over_fault,
       hours_fault, hours_maintenance, hours_stopped, hours_calibration, hours_other
from dossier_days
where enterprise_idx = $enterprise_idx and date < $as_of
order by outlet_id, pollutant, date
