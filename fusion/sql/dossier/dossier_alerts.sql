-- Alerts of heavy pollution by city.
-- Grain    one row per alert
SELECT a.alert_id, p.place_idx AS city_idx, a.level, a.pollutant, a.from_at, a.to_at, a.document_no
FROM alert_periods AS a
INNER JOIN places AS p ON p.level = 1 AND p.adcode = a.city_adcode
ORDER BY p.place_idx, a.from_at, a.alert_id
