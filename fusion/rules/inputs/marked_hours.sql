-- Hours a mark on the monitoring equipment touches; '*' is every pollutant.
-- Grain    one row per outlet, pollutant, hour and type of mark
SELECT DISTINCT
    m.outlet_id,
    p.pollutant,
    h.hour AS time,
    m.mark_type,
    m.layer
FROM cems_marks AS m
INNER JOIN (SELECT 'PM' AS pollutant UNION ALL SELECT 'SO2' UNION ALL SELECT 'NOx') AS p
    ON m.pollutant = p.pollutant OR m.pollutant = '*'
CROSS JOIN UNNEST(GENERATE_SERIES(DATE_TRUNC('hour', m.from_at), m.to_at - INTERVAL 1 SECOND, INTERVAL 1 HOUR)) AS h (hour)
WHERE m.to_at > m.from_at
