-- What meters and monitors tell of enterprises that have to cut under an alert (alert_duties).
-- Grain    one row per enterprise, signal and time
-- Columns  signal: electricity (kWh) or emission (kg); hours: 1, or 24 of plants without hourly meters, for which the
--          daily accounts speak
SELECT enterprise_id, time, 'electricity' AS signal, SUM(kwh) AS value, 1 AS hours
FROM power_hours
WHERE role = 'production' AND is_online AND enterprise_id IN (SELECT enterprise_id FROM alert_duties)
GROUP BY enterprise_id, time
UNION ALL
SELECT enterprise_id, time, 'emission', SUM(COALESCE(pm_kg, 0) + COALESCE(so2_kg, 0) + COALESCE(nox_kg, 0)), 1
FROM cems_hours
WHERE enterprise_id IN (SELECT enterprise_id FROM alert_duties) AND COALESCE(pm_kg, so2_kg, nox_kg) IS NOT NULL
GROUP BY enterprise_id, time
UNION ALL
SELECT enterprise_id, CAST(date AS TIMESTAMP), 'electricity', SUM(kwh), 24
FROM power_days
WHERE enterprise_id IN (SELECT enterprise_id FROM alert_duties)
    AND enterprise_id NOT IN (SELECT enterprise_id FROM power_hours WHERE role = 'production')
GROUP BY enterprise_id, date
