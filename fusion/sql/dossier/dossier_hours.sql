-- Hours of the enterprises somebody may go to: emission, process, power and furnace on one axis.
-- Grain    one row per enterprise, object (outlet, pair of meters, furnace), series and hour
-- Columns  value: whatever the mark; mark: the gravest of the hour, as in dossier_days; the limit by day is there too
WITH marks AS (
    SELECT
        outlet_id,
        pollutant,
        time,
        MIN(CASE mark_type WHEN 'fault' THEN 1 WHEN 'maintenance' THEN 2 WHEN 'stopped' THEN 3
            WHEN 'calibration' THEN 4 ELSE 5 END) AS class
    FROM marked_hours
    GROUP BY outlet_id, pollutant, time
),
of_outlets AS (
    SELECT d.enterprise_idx, c.outlet_id AS object_id, c.pollutant AS series, c.time, c.zs_mg_m3 AS value,
           COALESCE(
               m.class,
               CASE COALESCE(c.flag, 'N') WHEN 'N' THEN 0 WHEN 'D' THEN 1 WHEN 'M' THEN 2 WHEN 'F' THEN 3
                   WHEN 'C' THEN 4 ELSE 5 END
           ) AS mark
    FROM dossier_chosen AS d
    INNER JOIN cems_long AS c ON c.enterprise_id = d.enterprise_id AND c.time >= d.from_at
    LEFT JOIN marks AS m ON m.outlet_id = c.outlet_id AND m.pollutant = c.pollutant AND m.time = c.time
),
process AS (
    SELECT d.enterprise_idx, p.outlet_id AS object_id, p.time,
           CAST(SUM(CAST(p.nh3_flow_kg_h AS DECIMAL(18, 3))) AS DOUBLE) AS nh3_flow_kg_h,
           MAX(p.nh3_slip_mg_m3) AS nh3_slip_mg_m3, MAX(p.load_pct) AS load_pct,
           MAX(p.inlet_nox_mg_m3) AS inlet_nox_mg_m3, MAX(p.fan_a) AS fan_a, MAX(p.pump_a) AS pump_a
    FROM dossier_chosen AS d
    INNER JOIN process_hours AS p ON p.enterprise_id = d.enterprise_id AND p.time >= d.from_at
    WHERE d.has_finding
    GROUP BY d.enterprise_idx, p.outlet_id, p.time
),
of_process AS (
    SELECT enterprise_idx, object_id, 'nh3_flow_kg_h' AS series, time, nh3_flow_kg_h AS value, 0 AS mark FROM process
    UNION ALL SELECT enterprise_idx, object_id, 'nh3_slip_mg_m3', time, nh3_slip_mg_m3, 0 FROM process
    UNION ALL SELECT enterprise_idx, object_id, 'load_pct', time, load_pct, 0 FROM process
    UNION ALL SELECT enterprise_idx, object_id, 'inlet_nox_mg_m3', time, inlet_nox_mg_m3, 0 FROM process
    UNION ALL SELECT enterprise_idx, object_id, 'fan_a', time, fan_a, 0 FROM process
    UNION ALL SELECT enterprise_idx, object_id, 'pump_a', time, pump_a, 0 FROM process
),
of_meters AS (
    SELECT d.enterprise_idx, p.pair_id AS object_id,
           CASE p.role WHEN 'production' THEN 'production_kw' ELSE 'treatment_kw' END AS series, p.time,
           CAST(SUM(CAST(p.mean_kw AS DECIMAL(18, 3))) AS DOUBLE) AS value, 0 AS mark
    FROM dossier_chosen AS d
    INNER JOIN power_hours AS p ON p.enterprise_id = d.enterprise_id AND p.time >= d.from_at
    GROUP BY d.enterprise_idx, p.pair_id, CASE p.role WHEN 'production' THEN 'production_kw' ELSE 'treatment_kw' END,
        p.time
),
of_furnaces AS (
    SELECT d.enterprise_idx, f.furnace_id AS object_id, 'furnace_c' AS series, DATE_TRUNC('hour', f.time) AS time,
           MIN(f.mean_c) AS value, MAX(CASE WHEN COALESCE(f.mark, 'normal') = 'normal' THEN 0 ELSE 5 END) AS mark
    FROM dossier_chosen AS d
    INNER JOIN furnace_minutes AS f ON f.enterprise_id = d.enterprise_id AND f.time >= d.from_at
    WHERE d.has_finding
    GROUP BY d.enterprise_idx, f.furnace_id, DATE_TRUNC('hour', f.time)
),
together AS (
    SELECT * FROM of_outlets
    UNION ALL SELECT * FROM of_process
    UNION ALL SELECT * FROM of_meters
    UNION ALL SELECT * FROM of_furnaces
)
SELECT
    enterprise_idx,
    object_id,
    series,
    time,
    CAST(ROUND(value, 1) AS REAL) AS value,
    CAST(mark AS UTINYINT) AS mark
FROM together
WHERE value IS NOT NULL
ORDER BY enterprise_idx, object_id, series, time
