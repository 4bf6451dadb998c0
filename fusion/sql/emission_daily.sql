-- Automatic monitoring by enterprise.
-- Grain    one row per day, enterprise and pollutant
-- Columns  concentration_mg_m3: mean over the outlets that have one; limit_mg_m3: the strictest of the outlets;
--          sums are decimal, so that the order of the rows can't change the last digit
SELECT
    s.date,
    e.enterprise_idx,
    s.pollutant,
    CAST(LEAST(COUNT(*), 255) AS UTINYINT) AS n_outlets,
    CAST(SUM(CAST(s.concentration_mg_m3 AS DECIMAL(18, 6))) / COUNT(s.concentration_mg_m3) AS REAL)
        AS concentration_mg_m3,
    CAST(MIN(s.limit_mg_m3) AS REAL) AS limit_mg_m3,
    CAST(SUM(s.valid_hours) AS USMALLINT) AS valid_hours,
    CAST(SUM(s.exceed_hours) AS USMALLINT) AS exceed_hours,
    CAST(SUM(CAST(s.emission_kg AS DECIMAL(18, 6))) AS REAL) AS emission_kg
FROM emission_series AS s
INNER JOIN enterprises_numbered AS e ON e.enterprise_id = s.enterprise_id
GROUP BY s.date, e.enterprise_idx, s.pollutant
ORDER BY s.date, e.enterprise_idx, s.pollutant
