-- Above what a cell is hot: nearest-rank percentile and median of the valid cells of the city that day.
-- Grain    one row per product, day and city with at least one valid cell
-- Columns  threshold: a hot cell is above it, in the unit of the product
WITH ranked AS (
    SELECT
        product,
        date,
        city_idx,
        value,
        ROW_NUMBER() OVER (PARTITION BY product, date, city_idx ORDER BY value) AS place,
        COUNT(*) OVER (PARTITION BY product, date, city_idx) AS n
    FROM grid_days
    WHERE value IS NOT NULL AND city_idx <> 65535
)
SELECT
    product,
    date,
    city_idx,
    GREATEST(
        MAX(CASE WHEN place = CEIL($percentile * n) THEN value END),
        $median_ratio * AVG(CASE WHEN place IN (FLOOR((n + 1) / 2), FLOOR((n + 2) / 2)) THEN value END)
    ) AS threshold
FROM ranked
GROUP BY product, date, city_idx
