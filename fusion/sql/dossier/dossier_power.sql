-- Electricity of an enterprise by day: of its metered production and treatment units (F01), and of the whole (F02).
-- Grain    one row per enterprise and day with a reading; what isn't metered is empty, which is not nought
WITH units AS (
    SELECT
        enterprise_id,
        CAST(time AS DATE) AS date,
        SUM(CASE WHEN role = 'production' THEN CAST(kwh AS DECIMAL(18, 3)) END) AS production_kwh,
        SUM(CASE WHEN role = 'treatment' THEN CAST(kwh AS DECIMAL(18, 3)) END) AS treatment_kwh,
        COUNT(CASE WHEN NOT is_online THEN 1 END) AS hours_offline
    FROM power_hours
    GROUP BY enterprise_id, CAST(time AS DATE)
),
wholes AS (
    SELECT enterprise_id, date, SUM(CAST(kwh AS DECIMAL(18, 3))) AS total_kwh
    FROM power_days
    GROUP BY enterprise_id, date
),
together AS (
    SELECT
        COALESCE(u.enterprise_id, w.enterprise_id) AS enterprise_id,
        COALESCE(u.date, w.date) AS date,
        u.production_kwh,
        u.treatment_kwh,
        u.hours_offline,
        w.total_kwh
    FROM units AS u
    FULL OUTER JOIN wholes AS w ON w.enterprise_id = u.enterprise_id AND w.date = u.date
)
SELECT
    e.enterprise_idx,
    t.date,
    CAST(t.production_kwh AS REAL) AS production_kwh,
    CAST(t.treatment_kwh AS REAL) AS treatment_kwh,
    CAST(t.total_kwh AS REAL) AS total_kwh,
    CAST(COALESCE(t.hours_offline, 0) AS USMALLINT) AS hours_offline
FROM together AS t
INNER JOIN enterprises_numbered AS e ON e.enterprise_id = t.enterprise_id
ORDER BY e.enterprise_idx, t.date
