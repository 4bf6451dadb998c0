-- Rows of each category by day, counted in the canonical tables; what a staged store counted stands before that.
-- One row per category and day with rows.
SELECT code, date, SUM(rows)::BIGINT AS rows
FROM (
    SELECT 'A01' AS code, date, COUNT(*) AS rows FROM satellite_grid WHERE product = 'PM25' GROUP BY date
    UNION ALL SELECT 'A03', date, COUNT(*) FROM satellite_grid WHERE product = 'NO2' GROUP BY date
    UNION ALL SELECT 'A04', date, COUNT(*) FROM satellite_grid WHERE product = 'HCHO' GROUP BY date
    UNION ALL SELECT 'A07', observed_date, COUNT(*) FROM satellite_detections GROUP BY observed_date
    UNION ALL SELECT 'B04', date, COUNT(*) FROM ambient_series GROUP BY date
    UNION ALL SELECT 'E02', date, COUNT(*) FROM emission_series GROUP BY date
    UNION ALL SELECT 'H02', found_date, COUNT(*) FROM problems GROUP BY found_date
) AS counted
WHERE code NOT IN (SELECT code FROM staged_days)
GROUP BY code, date
UNION ALL
SELECT code, date, rows FROM staged_days WHERE date IS NOT NULL
ORDER BY code, date
