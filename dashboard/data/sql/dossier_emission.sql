-- Emission of an enterprise by day, all outlets together: what there is without hours. Parameters: enterprise_idx, as_of.
select pollutant, date, concentration_mg_m3 as mean_mg_m3, limit_mg_m3, valid_hours as hours_valid, exceed_hours as hours_over
from emission_daily
where enterprise_idx = $enterprise_idx and date < $as_of
order by pollutant, date
