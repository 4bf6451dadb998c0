-- What a finding was seen in: its values over time, from two days before its window to a day after it.
-- Grain    one row per finding, series and time
-- Columns  limit_value: limit in force, in the unit of the series; mark: device flag but N, or type of mark
WITH spans AS (
    SELECT
        clue_id,
        object_kind,
        object_id,
        enterprise_id,
        outlet_id,
        cell_id,
        pollutant,
        GREATEST(window_from - INTERVAL 2 DAY, window_to - INTERVAL 45 DAY) AS first_time,
        window_to + INTERVAL 1 DAY AS last_time
    FROM findings
),
marks AS (
    SELECT outlet_id, pollutant, time, MIN(mark_type) AS mark_type FROM marked_hours GROUP BY outlet_id, pollutant, time
),
of_outlets AS (
    SELECT s.clue_id, c.pollutant AS series, c.time, c.zs_mg_m3 AS value, c.limit_mg_m3 AS limit_value,
           COALESCE(m.mark_type, NULLIF(c.flag, 'N')) AS mark, 'mg/m3' AS unit
    FROM spans AS s
    INNER JOIN cems_long AS c
        ON c.outlet_id = s.outlet_id AND c.time >= s.first_time AND c.time < s.last_time
        AND c.pollutant = COALESCE(s.pollutant, 'NOx')
    LEFT JOIN marks AS m ON m.outlet_id = c.outlet_id AND m.pollutant = c.pollutant AND m.time = c.time
),
of_doses AS (
    SELECT s.clue_id, 'nh3_flow_kg_h' AS series, p.time, p.nh3_flow_kg_h AS value, CAST(NULL AS DOUBLE) AS limit_value,
           CAST(NULL AS VARCHAR) AS mark, 'kg/h' AS unit
    FROM spans AS s
    INNER JOIN process_hours AS p ON p.outlet_id = s.outlet_id AND p.time >= s.first_time AND p.time < s.last_time
    WHERE p.nh3_flow_kg_h IS NOT NULL
),
of_pairs AS (
    SELECT s.clue_id, p.role AS series, p.time, SUM(p.mean_kw) AS value, CAST(NULL AS DOUBLE) AS limit_value,
           CAST(NULL AS VARCHAR) AS mark, 'kW' AS unit
    FROM spans AS s
    INNER JOIN power_hours AS p ON p.pair_id = s.object_id AND p.time >= s.first_time AND p.time < s.last_time
    WHERE s.object_kind = 'meter_pair'
    GROUP BY s.clue_id, p.role, p.time
),
of_furnaces AS (
    SELECT s.clue_id, 'furnace_c' AS series, DATE_TRUNC('hour', f.time) AS time, MIN(f.mean_c) AS value,
           850.0 AS limit_value, MIN(NULLIF(f.mark, 'normal')) AS mark, 'C' AS unit
    FROM spans AS s
    INNER JOIN furnace_minutes AS f ON f.furnace_id = s.object_id AND f.time >= s.first_time AND f.time < s.last_time
    WHERE s.object_kind = 'furnace'
    GROUP BY s.clue_id, DATE_TRUNC('hour', f.time)
),
of_stations AS (
    SELECT s.clue_id, COALESCE(s.pollutant, 'PM25') AS series, h.time,
           CASE WHEN s.pollutant = 'PM10' THEN h.pm10_ug_m3 ELSE h.pm25_ug_m3 END AS value,
           CAST(NULL AS DOUBLE) AS limit_value, NULLIF(h.qc, 'ok') AS mark, 'ug/m3' AS unit
    FROM spans AS s
    INNER JOIN microstation_hours AS h ON h.station_id = s.object_id AND h.time >= s.first_time AND h.time < s.last_time
    WHERE s.object_kind = 'station'
    UNION ALL
    SELECT s.clue_id, COALESCE(s.pollutant, 'PM25'), h.time,
           CASE WHEN s.pollutant = 'PM10' THEN h.pm10_ug_m3 ELSE h.pm25_ug_m3 END,
           CAST(NULL AS DOUBLE), NULLIF(h.flag, 'N'), 'ug/m3'
    FROM spans AS s
    INNER JOIN station_hours AS h ON h.station_id = s.object_id AND h.time >= s.first_time AND h.time < s.last_time
    WHERE s.object_kind = 'station'
),
of_cells AS (
    SELECT s.clue_id, COALESCE(s.pollutant, 'PM25') AS series, CAST(g.date AS TIMESTAMP) AS time, g.value,
           t.threshold AS limit_value, CASE WHEN g.value IS NULL THEN 'not_observed' END AS mark,
           CASE WHEN g.product = 'PM25' THEN 'ug/m3' ELSE '1e15 molecules/cm2' END AS unit
    FROM spans AS s
    INNER JOIN cells AS c
        ON c.cell_col = CAST(SUBSTR(s.cell_id, 4, 4) AS INTEGER) AND c.cell_row = CAST(SUBSTR(s.cell_id, 9, 4) AS INTEGER)
    INNER JOIN grid_days AS g ON g.cell_idx = c.cell_idx AND g.product = COALESCE(s.pollutant, 'PM25')
    LEFT JOIN city_thresholds AS t ON t.product = g.product AND t.date = g.date AND t.city_idx = g.city_idx
    WHERE s.object_kind = 'cell'
),
of_enterprises AS (
    SELECT s.clue_id, 'kwh' AS series, CAST(p.date AS TIMESTAMP) AS time, SUM(p.kwh) AS value,
           CAST(NULL AS DOUBLE) AS limit_value, CAST(NULL AS VARCHAR) AS mark, 'kWh/d' AS unit
    FROM spans AS s
    INNER JOIN power_days AS p
        ON p.enterprise_id = s.enterprise_id AND p.date >= CAST(s.first_time AS DATE) AND p.date < s.last_time
    WHERE s.object_kind = 'enterprise'
    GROUP BY s.clue_id, p.date
),
together AS (
    SELECT * FROM of_outlets
    UNION ALL SELECT * FROM of_doses
    UNION ALL SELECT * FROM of_pairs
    UNION ALL SELECT * FROM of_furnaces
    UNION ALL SELECT * FROM of_stations
    UNION ALL SELECT * FROM of_cells
    UNION ALL SELECT * FROM of_enterprises
)
SELECT clue_id, series, time, CAST(value AS REAL) AS value, CAST(limit_value AS REAL) AS limit_value, mark, unit
FROM together
ORDER BY clue_id, series, time
