-- Alerts of the city an enterprise lies in. Parameters: city_idx, as_of.
select level, pollutant, from_at, to_at, document_no
from dossier_alerts
where city_idx = $city_idx and from_at <= $as_of
order by from_at
