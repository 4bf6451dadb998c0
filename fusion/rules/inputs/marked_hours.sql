-- Hours a mark on the monitoring equipment touches, of marks entered by $as_of and neither revised nor withdrawn;
-- '*' is every pollutant.
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
WHERE m.to_at > m.from_at AND m.marked_at <= $as_of AND m.withdrawn_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM cems_marks AS n WHERE n.revises = m.mark_id AND n.marked_at <= $as_of)
