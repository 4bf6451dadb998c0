-- Five-minute means of a furnace below $t_min, those under a mark within its quota left out; days in a row make one
-- run.
-- The burner's state and the quota of thermocouple faults beyond the quarter asked for are not in the data.
WITH marked AS (
    SELECT
        furnace_id,
        time,
        mark,
        SUM(CASE WHEN mark IN ('start_up', 'shut_down', 'fault', 'accident') THEN 1 ELSE 0 END)
            OVER (PARTITION BY furnace_id, EXTRACT(YEAR FROM time) ORDER BY time) / 12.0 AS used_ssfa_h,
        SUM(CASE WHEN mark IN ('drying', 'cool_down') THEN 1 ELSE 0 END)
            OVER (PARTITION BY furnace_id, EXTRACT(YEAR FROM time) ORDER BY time) / 12.0 AS used_dry_h,
        SUM(CASE WHEN mark = 'thermocouple_fault' THEN 1 ELSE 0 END)
            OVER (PARTITION BY furnace_id, EXTRACT(YEAR FROM time), EXTRACT(QUARTER FROM time) ORDER BY time)
            / 12.0 AS used_thermocouple_h
    FROM furnace_minutes
    WHERE mark <> 'normal'
),
exempt AS (
    SELECT furnace_id, time FROM marked
    WHERE mark = 'stopped'
        OR mark IN ('start_up', 'shut_down', 'fault', 'accident') AND used_ssfa_h <= $quota_ssfa
        OR mark IN ('drying', 'cool_down') AND used_dry_h <= $quota_dry
        OR mark = 'thermocouple_fault' AND used_thermocouple_h <= $quota_thermocouple
),
low AS (
    SELECT
        m.furnace_id, m.enterprise_id, m.time, m.mark, CAST(m.time AS DATE) AS day,
        COALESCE((m.upper_c + m.middle_c) / 2, m.mean_c) AS temp_c
    FROM furnace_minutes AS m
    LEFT JOIN exempt AS e ON e.furnace_id = m.furnace_id AND e.time = m.time
    WHERE e.time IS NULL AND COALESCE((m.upper_c + m.middle_c) / 2, m.mean_c) < $t_min
),
days AS (
    SELECT
        furnace_id, enterprise_id, day, COUNT(*) AS n, MIN(temp_c) AS min_c, MIN(time) AS first_at,
        MAX(time) AS last_at,
        COUNT(CASE WHEN mark <> 'normal' THEN 1 END) AS n_beyond_quota,
        LAG(day) OVER (PARTITION BY furnace_id ORDER BY day) AS day_before
    FROM low
    GROUP BY furnace_id, enterprise_id, day
),
begun AS (
    SELECT
        *, SUM(CASE WHEN DATE_DIFF('day', day_before, day) = 1 THEN 0 ELSE 1 END)
            OVER (PARTITION BY furnace_id ORDER BY day) AS run
    FROM days
),
runs AS (
    SELECT
        furnace_id, run, MIN(enterprise_id) AS enterprise_id, COUNT(*) AS days, MAX(n) AS max_n, SUM(n) AS sum_n,
        SUM(n_beyond_quota) AS n_beyond_quota, MIN(min_c) AS min_c, MIN(first_at) AS first_at, MAX(last_at) AS last_at
    FROM begun
    GROUP BY furnace_id, run
)
SELECT
    'furnace' AS object_kind,
    furnace_id AS object_id,
    enterprise_id,
    NULL::VARCHAR AS outlet_id,
    NULL::VARCHAR AS cell_id,
    NULL::VARCHAR AS pollutant,
    first_at AS window_from,
    last_at + INTERVAL 5 MINUTE AS window_to,
    first_at AS onset_at,
    CASE WHEN max_n > $n_day THEN 1 ELSE 2 END AS severity,
    LEAST(1.0, 0.4 + 0.1 * max_n / $n_day + 0.1 * days) AS score,
    TO_JSON({
        'worst_day_means': max_n, 'all_means': sum_n, 'days': days, 'min_c': ROUND(min_c, 1), 't_min_c': $t_min,
        'means_beyond_quota': n_beyond_quota
    })::VARCHAR AS facts
FROM runs
WHERE last_at >= $from_at::TIMESTAMP
