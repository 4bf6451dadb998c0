-- The furnaces of waste incinerators by day: how warm, under which marks, how much of the year's exemptions is used.
-- Grain    one row per furnace and day with a 5-minute mean or a mark
-- Columns  as rule R17 counts: a mean below $t_min counts unless it is under a mark whose quota isn't used up;
--          used_*: hours from 1 January (thermocouple: from the begin of the quarter) to the end of the day, as far as
--          the store reaches back, which known_from tells
WITH means AS (
    SELECT
        furnace_id,
        enterprise_id,
        time,
        CAST(time AS DATE) AS date,
        COALESCE((upper_c + middle_c) / 2, mean_c) AS temp_c,
        mark,
        CASE
            WHEN mark IN ('start_up', 'shut_down', 'fault', 'accident') THEN 'ssfa'
            WHEN mark IN ('drying', 'cool_down') THEN 'dry'
            WHEN mark = 'thermocouple_fault' THEN 'thermocouple'
            WHEN mark = 'stopped' THEN 'stopped'
            ELSE ''
        END AS quota
    FROM furnace_minutes
),
marked AS (
    SELECT
        furnace_id,
        time,
        quota,
        COUNT(*) OVER (
            PARTITION BY furnace_id, quota, EXTRACT(YEAR FROM time),
            CASE WHEN quota = 'thermocouple' THEN EXTRACT(QUARTER FROM time) ELSE 0 END
            ORDER BY time
        ) / 12e0 AS used_h
    FROM means
    WHERE quota <> ''
),
exempt AS (
    SELECT furnace_id, time
    FROM marked
    WHERE quota = 'stopped'
        OR quota = 'ssfa' AND used_h <= $quota_ssfa
        OR quota = 'dry' AND used_h <= $quota_dry
        OR quota = 'thermocouple' AND used_h <= $quota_thermocouple
),
days AS (
    SELECT
        m.furnace_id,
        m.date,
        MIN(m.enterprise_id) AS enterprise_id,
        COUNT(m.temp_c) AS n_means,
        COUNT(CASE WHEN m.temp_c < $t_min AND e.time IS NULL THEN 1 END) AS n_low,
        COUNT(CASE WHEN m.temp_c < $t_min AND e.time IS NOT NULL THEN 1 END) AS n_low_exempt,
        MIN(m.temp_c) AS min_c,
        COUNT(CASE WHEN m.mark = 'start_up' THEN 1 END) / 12e0 AS start_up_h,
        COUNT(CASE WHEN m.mark = 'shut_down' THEN 1 END) / 12e0 AS shut_down_h,
        COUNT(CASE WHEN m.mark = 'fault' THEN 1 END) / 12e0 AS fault_h,
        COUNT(CASE WHEN m.mark = 'accident' THEN 1 END) / 12e0 AS accident_h,
        COUNT(CASE WHEN m.mark = 'drying' THEN 1 END) / 12e0 AS drying_h,
        COUNT(CASE WHEN m.mark = 'cool_down' THEN 1 END) / 12e0 AS cool_down_h,
        COUNT(CASE WHEN m.mark = 'stopped' THEN 1 END) / 12e0 AS stopped_h,
        COUNT(CASE WHEN m.mark = 'thermocouple_fault' THEN 1 END) / 12e0 AS thermocouple_h
    FROM means AS m
    LEFT JOIN exempt AS e ON e.furnace_id = m.furnace_id AND e.time = m.time
    GROUP BY m.furnace_id, m.date
)
SELECT
    x.enterprise_idx,
    d.furnace_id,
    d.date,
    CAST(d.n_means AS USMALLINT) AS n_means,
    CAST(d.n_low AS USMALLINT) AS n_low,
    CAST(d.n_low_exempt AS USMALLINT) AS n_low_exempt,
    CAST(d.min_c AS REAL) AS min_c,
    d.n_low > $n_day AS is_over,
    CAST(d.start_up_h AS REAL) AS start_up_h,
    CAST(d.shut_down_h AS REAL) AS shut_down_h,
    CAST(d.fault_h AS REAL) AS fault_h,
    CAST(d.accident_h AS REAL) AS accident_h,
    CAST(d.drying_h AS REAL) AS drying_h,
    CAST(d.cool_down_h AS REAL) AS cool_down_h,
    CAST(d.stopped_h AS REAL) AS stopped_h,
    CAST(d.thermocouple_h AS REAL) AS thermocouple_h,
    CAST(SUM(d.start_up_h + d.shut_down_h + d.fault_h + d.accident_h) OVER this_year AS REAL) AS used_ssfa_h,
    CAST($quota_ssfa AS REAL) AS quota_ssfa_h,
    CAST(SUM(d.drying_h + d.cool_down_h) OVER this_year AS REAL) AS used_dry_h,
    CAST($quota_dry AS REAL) AS quota_dry_h,
    CAST(SUM(d.thermocouple_h) OVER this_quarter AS REAL) AS used_thermocouple_h,
    CAST($quota_thermocouple AS REAL) AS quota_thermocouple_h,
    MIN(d.date) OVER this_year AS known_from
FROM days AS d
INNER JOIN enterprises_numbered AS x ON x.enterprise_id = d.enterprise_id
WINDOW
    this_year AS (PARTITION BY d.furnace_id, EXTRACT(YEAR FROM d.date) ORDER BY d.date),
    this_quarter AS (
        PARTITION BY d.furnace_id, EXTRACT(YEAR FROM d.date), EXTRACT(QUARTER FROM d.date) ORDER BY d.date
    )
ORDER BY d.furnace_id, d.date
