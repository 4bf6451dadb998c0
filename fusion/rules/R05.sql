-- Hours crowded just under the limit with the upper tail missing, judged on the last $win_d days. A: most hours
-- within [$a_lo, 1] of the limit and hardly any above; B: $ratio times as many hours in the last twentieth below as
-- in the first above. Where a stricter daily limit binds (incinerators) hours have no line to stop at, and are left
-- out. The begin is the first hour of the unbroken row of crowded days, followed back into history; granularity: a
-- day. Minutes, where they were asked for, that cross the limit while no hour does raise the severity.
WITH by_day AS (
    SELECT outlet_id, pollutant, MIN(limit_mg_m3) AS limit_mg_m3
    FROM limits
    WHERE averaging = 'day'
    GROUP BY outlet_id, pollutant
),
valid AS NOT MATERIALIZED (
    SELECT c.outlet_id, c.enterprise_id, c.pollutant, c.time, c.ratio, c.limit_mg_m3
    FROM cems_long AS c
    LEFT JOIN by_day AS d ON d.outlet_id = c.outlet_id AND d.pollutant = c.pollutant
    WHERE c.is_valid AND c.is_running AND c.ratio IS NOT NULL
        AND (d.limit_mg_m3 IS NULL OR d.limit_mg_m3 >= c.limit_mg_m3)
),
shares AS (
    SELECT
        outlet_id,
        pollutant,
        COUNT(*) AS hours,
        AVG(CASE WHEN ratio >= $a_lo AND ratio <= 1 THEN 1.0 ELSE 0 END) AS share_close,
        AVG(CASE WHEN ratio > 1 THEN 1.0 ELSE 0 END) AS share_over,
        COUNT(CASE WHEN ratio > 0.95 AND ratio <= 1 THEN 1 END) AS n_below,
        COUNT(CASE WHEN ratio > 1 AND ratio <= 1.05 THEN 1 END) AS n_above
    FROM valid
    WHERE time >= $as_of::TIMESTAMP - INTERVAL 1 DAY * $win_d
    GROUP BY outlet_id, pollutant
),
crowded AS (
    SELECT *
    FROM shares
    WHERE hours >= $n_min
        AND (
            (share_close >= $a_share AND share_over <= $over_max)
            OR (n_below >= $n_close AND n_below >= $ratio * GREATEST(1, n_above))
        )
),
days AS (
    SELECT
        v.outlet_id,
        v.pollutant,
        DATE_TRUNC('day', v.time) AS day,
        MIN(v.time) AS first_hour,
        MAX(v.time) AS last_hour,
        MIN(v.enterprise_id) AS enterprise_id,
        MAX(v.limit_mg_m3) AS limit_mg_m3,
        AVG(CASE WHEN v.ratio >= $a_lo AND v.ratio <= 1 THEN 1.0 ELSE 0 END) >= $a_share
            OR (MAX(v.ratio) > 0.95 AND MAX(v.ratio) <= 1) AS is_crowded
    FROM valid AS v
    INNER JOIN crowded AS c ON c.outlet_id = v.outlet_id AND c.pollutant = v.pollutant
    GROUP BY v.outlet_id, v.pollutant, DATE_TRUNC('day', v.time)
),
numbered AS (
    SELECT
        *,
        SUM(CASE WHEN is_crowded THEN 0 ELSE 1 END) OVER (PARTITION BY outlet_id, pollutant ORDER BY day) AS breaks
    FROM days
),
rows_of_days AS (
    SELECT
        outlet_id,
        pollutant,
        breaks,
        MIN(enterprise_id) AS enterprise_id,
        MIN(first_hour) AS first_hour,
        MAX(last_hour) AS last_hour,
        MAX(limit_mg_m3) AS limit_mg_m3,
        COUNT(*) AS days,
        ROW_NUMBER() OVER (PARTITION BY outlet_id, pollutant ORDER BY MAX(last_hour) DESC) AS place
    FROM numbered
    WHERE is_crowded
    GROUP BY outlet_id, pollutant, breaks
),
minutes AS (
    SELECT
        m.outlet_id,
        m.pollutant,
        AVG(CASE WHEN m.zs_mg_m3 > r.limit_mg_m3 THEN 1.0 ELSE 0 END) AS share_minutes_over
    FROM cems_minutes AS m
    INNER JOIN rows_of_days AS r
        ON r.outlet_id = m.outlet_id AND r.pollutant = m.pollutant AND r.place = 1 AND m.time >= r.first_hour
    WHERE m.zs_mg_m3 IS NOT NULL AND m.flag = 'N'
    GROUP BY m.outlet_id, m.pollutant
)
SELECT
    'outlet' AS object_kind,
    r.outlet_id AS object_id,
    r.enterprise_id,
    r.outlet_id,
    NULL::VARCHAR AS cell_id,
    r.pollutant,
    r.first_hour AS window_from,
    r.last_hour + INTERVAL 1 HOUR AS window_to,
    r.first_hour AS onset_at,
    CASE WHEN COALESCE(m.share_minutes_over, 0) >= 0.2 AND c.share_over = 0 THEN 1 ELSE 2 END AS severity,
    LEAST(1.0, 0.5 + 0.4 * c.share_close + 0.1 * LEAST(1.0, c.n_below / (10.0 * GREATEST(1, c.n_above)))) AS score,
    TO_JSON({
        'hours': c.hours, 'share_close': ROUND(c.share_close, 3), 'share_over': ROUND(c.share_over, 4),
        'n_below': c.n_below, 'n_above': c.n_above, 'days': r.days, 'limit_mg_m3': r.limit_mg_m3,
        'share_minutes_over': ROUND(m.share_minutes_over, 3)
    })::VARCHAR AS facts
FROM rows_of_days AS r
INNER JOIN crowded AS c ON c.outlet_id = r.outlet_id AND c.pollutant = r.pollutant
LEFT JOIN minutes AS m ON m.outlet_id = r.outlet_id AND m.pollutant = r.pollutant
WHERE r.place = 1 AND r.last_hour >= $from_at::TIMESTAMP
