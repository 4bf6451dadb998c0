-- Active fire by cell and day.
-- Grain    one row per day and cell with a detection; no row means no detection, not "clean"
-- Columns  value: sum of fire radiative power, MW, 0 if no detection had one; n_valid_days: 0, overpasses without fire
--          are not in the source; n_hot_days: days with fire in the last $window_days calendar days
WITH daily AS (
    SELECT
        d.observed_date AS date,
        p.cell_idx,
        CAST(COALESCE(SUM(CAST(d.frp_mw AS DECIMAL(18, 6))), 0) AS DOUBLE) AS value,
        CAST(COALESCE(MAX(d.scan_km), 0) AS REAL) AS native_km
    FROM satellite_detections AS d
    INNER JOIN points AS p ON p.lon_deg = d.lon_deg AND p.lat_deg = d.lat_deg
    GROUP BY d.observed_date, p.cell_idx
)
SELECT
    'FIRE' AS product,
    date,
    cell_idx,
    value,
    native_km,
    CAST(0 AS UTINYINT) AS ring,
    CAST(NULL AS REAL) AS ring_z,
    CAST(0 AS UTINYINT) AS n_valid_days,
    CAST(COUNT(*) OVER (
        PARTITION BY cell_idx ORDER BY DATE_DIFF('day', DATE '1970-01-01', date)
        RANGE BETWEEN $window_days - 1 PRECEDING AND CURRENT ROW
    ) AS UTINYINT) AS n_hot_days,
    FALSE AS persists
FROM daily
