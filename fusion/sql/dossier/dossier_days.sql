-- Days of an outlet's automatic monitoring: what was sent, under which marks, against which limit.
-- Grain    one row per enterprise, outlet, pollutant and day with an hour that was sent
-- Columns  mean, max: at reference oxygen, whatever the mark; of hours marked several ways the gravest counts (fault,
--          maintenance, stopped, calibration, other); hours_over: above the limit, whatever the mark. Sums are decimal,
--          so that the order of the rows can't change the last digit
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
hours AS (
    SELECT
        c.enterprise_id,
        c.outlet_id,
        c.pollutant,
        CAST(c.time AS DATE) AS date,
        c.zs_mg_m3,
        c.limit_mg_m3,
        c.is_valid,
        COALESCE(c.ratio > 1, FALSE) AS is_over,
        COALESCE(
            m.class,
            CASE COALESCE(c.flag, 'N') WHEN 'N' THEN 0 WHEN 'D' THEN 1 WHEN 'M' THEN 2 WHEN 'F' THEN 3
                WHEN 'C' THEN 4 ELSE 5 END
        ) AS class
    FROM cems_long AS c
    LEFT JOIN marks AS m ON m.outlet_id = c.outlet_id AND m.pollutant = c.pollutant AND m.time = c.time
)
SELECT
    e.enterprise_idx,
    h.outlet_id,
    h.pollutant,
    h.date,
    CAST(SUM(CAST(h.zs_mg_m3 AS DECIMAL(18, 3))) / COUNT(h.zs_mg_m3) AS REAL) AS mean_mg_m3,
    CAST(MAX(h.zs_mg_m3) AS REAL) AS max_mg_m3,
    CAST(MIN(h.limit_mg_m3) AS REAL) AS limit_mg_m3,
    CAST(COUNT(*) AS UTINYINT) AS hours,
    CAST(COUNT(CASE WHEN h.is_valid THEN 1 END) AS UTINYINT) AS hours_valid,
    CAST(COUNT(CASE WHEN h.is_over THEN 1 END) AS UTINYINT) AS hours_over,
    CAST(COUNT(CASE WHEN h.is_over AND h.class = 1 THEN 1 END) AS UTINYINT) AS hours_over_fault,
    CAST(COUNT(CASE WHEN h.class = 1 THEN 1 END) AS UTINYINT) AS hours_fault,
    CAST(COUNT(CASE WHEN h.class = 2 THEN 1 END) AS UTINYINT) AS hours_maintenance,
    CAST(COUNT(CASE WHEN h.class = 3 THEN 1 END) AS UTINYINT) AS hours_stopped,
    CAST(COUNT(CASE WHEN h.class = 4 THEN 1 END) AS UTINYINT) AS hours_calibration,
    CAST(COUNT(CASE WHEN h.class = 5 THEN 1 END) AS UTINYINT) AS hours_other
FROM hours AS h
INNER JOIN enterprises_numbered AS e ON e.enterprise_id = h.enterprise_id
GROUP BY e.enterprise_idx, h.outlet_id, h.pollutant, h.date
ORDER BY e.enterprise_idx, h.outlet_id, h.pollutant, h.date
