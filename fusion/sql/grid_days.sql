-- Values of the satellite products on the 3 km grid.
-- Grain    one row per product, day and cell the product has, observed or not
-- Columns  value: mean of the valid native pixels whose centre lies in the cell, empty if none was valid (never clean);
--          sums are decimal, so that the order of the rows can't change the last digit
SELECT
    g.product,
    g.date,
    c.cell_idx,
    CAST(
        SUM(CASE WHEN g.is_valid THEN CAST(g.value AS DECIMAL(18, 6)) END)
        / COUNT(CASE WHEN g.is_valid THEN g.value END) AS DOUBLE
    ) AS value,
    CAST(MAX(g.native_km) AS REAL) AS native_km,
    MAX(c.city_idx) AS city_idx
FROM satellite_grid AS g
INNER JOIN points AS p ON p.lon_deg = g.lon_deg AND p.lat_deg = g.lat_deg
INNER JOIN cells AS c ON c.cell_idx = p.cell_idx
GROUP BY g.product, g.date, c.cell_idx
