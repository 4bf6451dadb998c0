-- How much of a city a product has seen.
-- Grain    one row per product, day and city
SELECT
    product,
    date,
    city_idx,
    CAST(COUNT(*) AS UINTEGER) AS n_cells,
    CAST(COUNT(value) AS UINTEGER) AS n_observed
FROM grid_days
WHERE city_idx <> 65535
GROUP BY product, date, city_idx
ORDER BY product, date, city_idx
