-- The last run of hours above the limit, holes up to $gap_h bridged, most of it under a fault, maintenance or
-- calibration mark, the plant running, the run open at $as_of.
WITH open_ones AS (  -- above the limit late enough for their last run to be open
    SELECT DISTINCT outlet_id, pollutant
    FROM cems_long
    WHERE ratio > 1 AND time >= $as_of::TIMESTAMP - INTERVAL 1 HOUR * ($open_h + 1)
),
marked AS (
    SELECT DISTINCT outlet_id, pollutant, time FROM marked_hours
    WHERE mark_type IN ('fault', 'maintenance', 'calibration')
),
hours AS (
    SELECT
        c.outlet_id, c.enterprise_id, c.pollutant, c.time, c.ratio, c.limit_mg_m3, c.is_running,
        COALESCE(c.flag, 'N') IN ('D', 'M', 'C') OR m.time IS NOT NULL AS is_marked
    FROM cems_long AS c
    INNER JOIN open_ones AS o ON o.outlet_id = c.outlet_id AND o.pollutant = c.pollutant
    LEFT JOIN marked AS m ON m.outlet_id = c.outlet_id AND m.pollutant = c.pollutant AND m.time = c.time
    WHERE c.ratio IS NOT NULL
),
over_limit AS (
    SELECT
        *,
        LAG(time) OVER (PARTITION BY outlet_id, pollutant ORDER BY time) AS time_before
    FROM hours
    WHERE ratio > 1
),
begun AS (
    SELECT
        *,
        SUM(CASE WHEN time_before >= time - INTERVAL 1 HOUR * ($gap_h + 1) THEN 0 ELSE 1 END)
            OVER (PARTITION BY outlet_id, pollutant ORDER BY time) AS run
    FROM over_limit
),
runs AS (
    SELECT outlet_id, pollutant, run, MIN(time) AS first_hour, MAX(time) AS last_hour, COUNT(*) AS hours_over
    FROM begun
    GROUP BY outlet_id, pollutant, run
    HAVING MAX(time) + INTERVAL 1 HOUR >= $as_of::TIMESTAMP - INTERVAL 1 HOUR * $open_h
),
told AS (
    SELECT
        r.outlet_id,
        r.pollutant,
        r.first_hour,
        r.last_hour,
        r.hours_over,
        MIN(h.enterprise_id) AS enterprise_id,
        DATE_DIFF('hour', r.first_hour, r.last_hour) + 1 AS hours,
        AVG(CASE WHEN h.ratio > 1 THEN 1.0 ELSE 0 END) AS share_over,
        AVG(CASE WHEN h.is_marked THEN 1.0 ELSE 0 END) AS share_marked,
        AVG(CASE WHEN h.is_running THEN 1.0 ELSE 0 END) AS share_running,
        MAX(h.ratio) AS max_ratio,
        AVG(h.ratio) AS mean_ratio,
        MAX(h.limit_mg_m3) AS limit_mg_m3
    FROM runs AS r
    INNER JOIN hours AS h
        ON h.outlet_id = r.outlet_id AND h.pollutant = r.pollutant AND h.time BETWEEN r.first_hour AND r.last_hour
    GROUP BY r.outlet_id, r.pollutant, r.first_hour, r.last_hour, r.hours_over
)
SELECT
    'outlet' AS object_kind,
    outlet_id AS object_id,
    enterprise_id,
    outlet_id,
    NULL::VARCHAR AS cell_id,
    pollutant,
    first_hour AS window_from,
    last_hour + INTERVAL 1 HOUR AS window_to,
    first_hour AS onset_at,
    CASE WHEN hours >= $h_sev1 THEN 1 ELSE 2 END AS severity,
    LEAST(1.0, 0.5 + 0.25 * share_marked + 0.25 * LEAST(1.0, hours / 240.0)) AS score,
    TO_JSON({
        'hours': hours, 'hours_over': hours_over, 'share_over': ROUND(share_over, 3),
        'share_marked': ROUND(share_marked, 3), 'share_running': ROUND(share_running, 3),
        'max_ratio': ROUND(max_ratio, 3), 'mean_ratio': ROUND(mean_ratio, 3), 'limit_mg_m3': limit_mg_m3
    })::VARCHAR AS facts
FROM told
WHERE hours >= $h_min AND share_over >= $e_min AND share_marked >= $m_min AND share_running >= $running_min
