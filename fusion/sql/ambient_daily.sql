-- Ambient air by city: the mean of the places (the city itself, or its stations) that have a value.
-- Grain    one row per day, city and pollutant
SELECT
    a.date,
    p.place_idx AS city_idx,
    a.pollutant,
    CAST(SUM(CAST(a.value AS DECIMAL(18, 6))) / COUNT(a.value) AS REAL) AS value
FROM ambient_series AS a
INNER JOIN places AS p ON p.level = 1 AND p.adcode = COALESCE(a.city_adcode, a.place_code)
WHERE a.value IS NOT NULL
GROUP BY a.date, p.place_idx, a.pollutant
ORDER BY a.date, p.place_idx, a.pollutant
