-- All hot cells as the map draws them.
-- Grain    one row per product, day and hot cell
-- Columns  level: 1 at the product's `low`, 255 at its `high` (fusion/hotspots.toml)
WITH found AS (
    SELECT product, date, cell_idx, value, native_km, n_valid_days, n_hot_days FROM hotspots_satellite
    UNION ALL
    SELECT product, date, cell_idx, value, native_km, n_valid_days, n_hot_days FROM hotspots_fire
),
scaled AS (
    SELECT
        f.*,
        h.unit,
        CASE
            WHEN h.is_log THEN LN(GREATEST(f.value, h.low) / h.low) / LN(h.high / h.low)
            ELSE (f.value - h.low) / (h.high - h.low)
        END AS strength
    FROM found AS f
    INNER JOIN hotspot_products AS h ON h.product = f.product
)
SELECT
    s.product,
    s.date,
    c.cell_col,
    c.cell_row,
    CAST(s.value AS REAL) AS value,
    s.unit,
    CAST(ROUND(1 + 254 * LEAST(GREATEST(s.strength, 0), 1)) AS UTINYINT) AS level,
    s.n_valid_days,
    s.n_hot_days,
    s.native_km,
    c.county_idx,
    c.city_idx,
    COALESCE(r.round_idx, 255) AS round_idx,
    c.lon_deg,
    c.lat_deg
FROM scaled AS s
INNER JOIN cells AS c ON c.cell_idx = s.cell_idx
LEFT JOIN rounds_numbered AS r ON s.date >= r.from_date AND s.date < r.to_date
ORDER BY s.product, s.date, c.cell_col, c.cell_row
