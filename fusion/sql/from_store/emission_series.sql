-- Daily means of outlets (E02) by pollutant, beside the limit of an hour (E01 counts the hours above it).
-- Columns  exceed_hours: hours of 45 valid minutes or more, without a flag but N, above the limit in force
WITH days AS (
    SELECT outlet_id, enterprise_id, date, 'PM' AS pollutant, pm_zs_mg_m3 AS value, pm_kg AS kg, valid_hours FROM cems_days
    UNION ALL SELECT outlet_id, enterprise_id, date, 'SO2', so2_zs_mg_m3, so2_kg, valid_hours FROM cems_days
    UNION ALL SELECT outlet_id, enterprise_id, date, 'NOx', nox_zs_mg_m3, nox_kg, valid_hours FROM cems_days
),
hours_over AS (
    SELECT outlet_id, pollutant, CAST(time AS DATE) AS date, COUNT(*) AS n
    FROM cems_long WHERE is_valid AND ratio > 1
    GROUP BY outlet_id, pollutant, CAST(time AS DATE)
)
SELECT
    d.outlet_id,
    d.enterprise_id,
    d.date,
    d.pollutant,
    d.value AS concentration_mg_m3,
    l.limit_mg_m3,
    d.valid_hours,
    CAST(COALESCE(o.n, 0) AS INTEGER) AS exceed_hours,
    d.kg AS emission_kg
FROM days AS d
INNER JOIN limits AS l
    ON l.outlet_id = d.outlet_id AND l.pollutant = d.pollutant AND l.averaging = 'hour'
    AND l.valid_from <= d.date AND l.valid_to > d.date
LEFT JOIN hours_over AS o ON o.outlet_id = d.outlet_id AND o.pollutant = d.pollutant AND o.date = d.date
