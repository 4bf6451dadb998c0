-- A step of the level by $jump or more, with the load as it was, after which the curve lies flatter than it ever did.
-- Two steps of work: blocks of 12 hours choose the series worth looking at (a flat stretch of 24 h holds a whole
-- one, at about the load of one of the two before it), then medians of the 12 hours before and from each hour on are compared there.
-- The level must leave those of the day and of the two days before too, if by less: the end of a peak is no step.
-- A flat stretch above the hourly or daily limit is left to R01, R12 and R18: nobody parks a forged value there.
-- Left out: the parameter log (range, slope, intercept i13007/8) is not in the catalogue; checks of the service
-- record are told.
WITH wide AS (
    SELECT
        h.outlet_id,
        DATE_TRUNC('day', h.time) AS day,
        EXTRACT(HOUR FROM h.time) >= 12 AS is_late,
        AVG(h.flow_m3_h) AS flow,
        AVG(COALESCE(h.pm_zs_mg_m3, h.pm_mg_m3)) AS pm,
        STDDEV_SAMP(COALESCE(h.pm_zs_mg_m3, h.pm_mg_m3)) AS pm_spread,
        AVG(COALESCE(h.so2_zs_mg_m3, h.so2_mg_m3)) AS so2,
        STDDEV_SAMP(COALESCE(h.so2_zs_mg_m3, h.so2_mg_m3)) AS so2_spread,
        AVG(COALESCE(h.nox_zs_mg_m3, h.nox_mg_m3)) AS nox,
        STDDEV_SAMP(COALESCE(h.nox_zs_mg_m3, h.nox_mg_m3)) AS nox_spread
    FROM cems_wide AS h
    WHERE h.is_running
    GROUP BY h.outlet_id, DATE_TRUNC('day', h.time), EXTRACT(HOUR FROM h.time) >= 12
    HAVING COUNT(*) >= 8
),
blocks AS (
    SELECT outlet_id, day, is_late, flow, 'PM' AS pollutant, pm AS level, pm_spread AS spread FROM wide
    UNION ALL
    SELECT outlet_id, day, is_late, flow, 'SO2', so2, so2_spread FROM wide
    UNION ALL
    SELECT outlet_id, day, is_late, flow, 'NOx', nox, nox_spread FROM wide
),
near AS (
    SELECT
        *,
        LAG(level, 1) OVER w AS level_1,
        LAG(level, 2) OVER w AS level_2,
        LAG(flow, 1) OVER w AS flow_1,
        LAG(flow, 2) OVER w AS flow_2
    FROM blocks
    WINDOW w AS (PARTITION BY outlet_id, pollutant ORDER BY day, is_late)
),
chosen AS (
    SELECT outlet_id, pollutant, MIN(day) AS first_day
    FROM near
    WHERE spread < 1.5 * $cv_post * level
        AND (
            (ABS(level - level_1) >= 0.7 * $jump * level_1 AND ABS(flow - flow_1) <= 2 * $load_tol * flow_1)
            OR (ABS(level - level_2) >= 0.7 * $jump * level_2 AND ABS(flow - flow_2) <= 2 * $load_tol * flow_2)
        )
    GROUP BY outlet_id, pollutant
),
strictest AS (
    SELECT outlet_id, pollutant, MIN(limit_mg_m3) AS limit_mg_m3
    FROM limits
    WHERE valid_from <= CAST($as_of::TIMESTAMP AS DATE) AND valid_to > CAST($as_of::TIMESTAMP AS DATE)
    GROUP BY outlet_id, pollutant
),
hours AS (
    SELECT
        c.outlet_id,
        c.enterprise_id,
        c.pollutant,
        c.time,
        COALESCE(c.zs_mg_m3, c.raw_mg_m3) AS value,
        c.ratio,
        s.limit_mg_m3,
        c.flow_m3_h,
        COALESCE(c.flag, 'N') IN ('C', 'M') AS is_care
    FROM cems_long AS c
    INNER JOIN chosen AS k
        ON k.outlet_id = c.outlet_id AND k.pollutant = c.pollutant
        AND c.time >= k.first_day - INTERVAL 1 HOUR * ($keep_h + 72)
    LEFT JOIN strictest AS s ON s.outlet_id = c.outlet_id AND s.pollutant = c.pollutant
    WHERE c.is_running AND COALESCE(c.flag, 'N') <> 'F' AND COALESCE(c.zs_mg_m3, c.raw_mg_m3) IS NOT NULL
),
windows AS (
    SELECT
        *,
        MEDIAN(value) OVER before_12 AS median_before,
        MEDIAN(value) OVER after_12 AS median_after,
        MEDIAN(flow_m3_h) OVER before_12 AS flow_before,
        MEDIAN(flow_m3_h) OVER after_12 AS flow_after,
        COUNT(*) OVER before_12 AS n_before,
        COUNT(*) OVER after_keep AS n_after,
        AVG(value) OVER after_keep AS mean_after,
        STDDEV_SAMP(value) OVER after_keep AS spread_after,
        MEDIAN(value) OVER before_keep AS median_day_before,
        AVG(value) OVER before_keep AS mean_before,
        STDDEV_SAMP(value) OVER before_keep AS spread_before,
        MAX(ratio) OVER before_2 AS ratio_before,
        MAX(CASE WHEN is_care THEN 1 ELSE 0 END) OVER before_2 AS care_before
    FROM hours
    WINDOW
        before_12 AS (
            PARTITION BY outlet_id, pollutant ORDER BY time
            RANGE BETWEEN INTERVAL 12 HOURS PRECEDING AND INTERVAL 1 HOUR PRECEDING
        ),
        before_2 AS (
            PARTITION BY outlet_id, pollutant ORDER BY time
            RANGE BETWEEN INTERVAL 2 HOURS PRECEDING AND INTERVAL 1 HOUR PRECEDING
        ),
        after_12 AS (
            PARTITION BY outlet_id, pollutant ORDER BY time RANGE BETWEEN CURRENT ROW AND INTERVAL 11 HOURS FOLLOWING
        ),
        before_keep AS (
            PARTITION BY outlet_id, pollutant ORDER BY time
            RANGE BETWEEN INTERVAL ($keep_h + 11) HOURS PRECEDING AND INTERVAL 12 HOURS PRECEDING
        ),
        after_keep AS (
            PARTITION BY outlet_id, pollutant ORDER BY time
            RANGE BETWEEN CURRENT ROW AND INTERVAL ($keep_h - 1) HOURS FOLLOWING
        )
),
steps AS (
    SELECT *
    FROM windows
    WHERE n_before >= 8 AND n_after >= 0.8 * $keep_h AND mean_after > 0
        AND ABS(median_after - median_before) >= $jump * GREATEST(median_before, 0.1 * COALESCE(limit_mg_m3, 0))
        AND ABS(median_after - median_day_before)
            >= 0.5 * $jump * GREATEST(median_day_before, 0.1 * COALESCE(limit_mg_m3, 0))
        AND spread_after < $cv_post * mean_after
        AND spread_after / mean_after <= $calmer * spread_before / NULLIF(mean_before, 0)
        AND ABS(flow_after - flow_before) <= $load_tol * flow_before
        AND (limit_mg_m3 IS NULL OR mean_after <= limit_mg_m3)
),
returns AS (  -- to the level of the two days before
    SELECT s.outlet_id, s.pollutant, s.time
    FROM steps AS s
    INNER JOIN hours AS h
        ON h.outlet_id = s.outlet_id AND h.pollutant = s.pollutant
        AND h.time >= s.time - INTERVAL 1 HOUR * ($keep_h + 59) AND h.time <= s.time - INTERVAL 1 HOUR * ($keep_h + 12)
    GROUP BY s.outlet_id, s.pollutant, s.time
    HAVING ABS(MIN(s.median_after) - MEDIAN(h.value))
        < 0.5 * $jump * GREATEST(MEDIAN(h.value), 0.1 * COALESCE(MIN(s.limit_mg_m3), 0))
),
told AS (
    SELECT s.*, LAG(s.time) OVER (PARTITION BY s.outlet_id, s.pollutant ORDER BY s.time) AS step_before
    FROM steps AS s
    LEFT JOIN returns AS r ON r.outlet_id = s.outlet_id AND r.pollutant = s.pollutant AND r.time = s.time
    WHERE r.time IS NULL
),
firsts AS (
    SELECT * FROM told WHERE step_before IS NULL OR step_before < time - INTERVAL 12 HOUR
),
ends AS (
    SELECT
        f.outlet_id,
        f.pollutant,
        f.time,
        MIN(CASE WHEN ABS(h.value - f.median_after) > 0.25 * f.median_after THEN h.time END) AS left_at,
        MAX(h.time) AS last_hour
    FROM firsts AS f
    INNER JOIN hours AS h
        ON h.outlet_id = f.outlet_id AND h.pollutant = f.pollutant
        AND h.time >= f.time + INTERVAL 1 HOUR * ($keep_h - 1)
    GROUP BY f.outlet_id, f.pollutant, f.time
),
service AS (
    SELECT DISTINCT f.outlet_id, f.time
    FROM firsts AS f
    INNER JOIN cems_service AS s
        ON s.outlet_id = f.outlet_id AND s.event IN ('calibration', 'verification')
        AND s.from_at <= f.time + INTERVAL 1 HOUR AND s.to_at >= f.time - INTERVAL 4 HOUR
),
judged AS (
    SELECT
        f.*,
        COALESCE(e.left_at, e.last_hour + INTERVAL 1 HOUR) AS to_at,
        f.median_after < f.median_before AND (COALESCE(f.ratio_before > 0.9, FALSE) OR f.care_before = 1) AS is_telling,
        s.time IS NOT NULL AS is_serviced
    FROM firsts AS f
    INNER JOIN ends AS e ON e.outlet_id = f.outlet_id AND e.pollutant = f.pollutant AND e.time = f.time
    LEFT JOIN service AS s ON s.outlet_id = f.outlet_id AND s.time = f.time
)
SELECT
    'outlet' AS object_kind,
    outlet_id AS object_id,
    enterprise_id,
    outlet_id,
    NULL::VARCHAR AS cell_id,
    pollutant,
    time AS window_from,
    to_at AS window_to,
    time AS onset_at,
    CASE WHEN is_telling THEN 1 WHEN is_serviced THEN 3 ELSE 2 END AS severity,
    CASE WHEN is_telling THEN 0.85 WHEN is_serviced THEN 0.4 ELSE 0.6 END AS score,
    TO_JSON({
        'median_before': ROUND(median_before, 3), 'median_after': ROUND(median_after, 3),
        'cv_before': ROUND(spread_before / mean_before, 4), 'cv_after': ROUND(spread_after / mean_after, 4),
        'flow_before': flow_before, 'flow_after': flow_after, 'ratio_before': ROUND(ratio_before, 3),
        'is_after_high_or_care': is_telling, 'is_serviced': is_serviced, 'limit_mg_m3': limit_mg_m3
    })::VARCHAR AS facts
FROM judged
WHERE to_at > $from_at::TIMESTAMP
