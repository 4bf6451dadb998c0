-- All hot cells as the map draws them, with what R29's test says of them.
-- Grain    one row per product, day and hot cell
-- Columns  level: 1 at the product's `low`, 255 at its `high` (fusion/hotspots.toml)
WITH found AS (
    SELECT
        h.product, h.date, h.cell_idx, h.value, h.native_km, r.ring, r.ring_z, r.n_valid_days, r.n_hot_days, r.persists
    FROM hotspots_satellite AS h
    INNER JOIN ring_days AS r ON r.product = h.product AND r.date = h.date AND r.cell_idx = h.cell_idx
    UNION ALL
    SELECT product, date, cell_idx, value, native_km, ring, ring_z, n_valid_days, n_hot_days, persists
    FROM hotspots_fire
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
    s.ring,
    s.ring_z,
    s.n_valid_days,
    s.n_hot_days,
    s.persists,
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
