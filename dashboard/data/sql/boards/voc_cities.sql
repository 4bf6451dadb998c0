-- Formaldehyde by city: how often it was high against how often it was observed.
-- Grain    one row per city with a cell observed or high
SELECT city_idx, SUM(hot)::BIGINT AS hot, SUM(cells)::BIGINT AS cells, SUM(observed)::BIGINT AS observed
FROM (
    SELECT city_idx, COUNT(*) AS hot, COUNT(DISTINCT cell_col::INTEGER * 65536 + cell_row) AS cells, 0 AS observed
    FROM hotspots WHERE product = 'HCHO' GROUP BY city_idx
    UNION ALL
    SELECT city_idx, 0, 0, SUM(n_observed) FROM coverage WHERE product = 'HCHO' GROUP BY city_idx
)
GROUP BY city_idx
ORDER BY city_idx
