-- Marks that take up too much of the running time of a monitor: a stretch of more than $seg_h, or more than
-- $share_max of the running hours of $win_d days, or at an incinerator more than $q_h maintenance hours in a quarter.
-- An hour counts by its minutes under a fault, maintenance or calibration mark, whole where the device flag says so.
-- Work announced a day ahead and borne out by a repair or maintenance record doesn't count. Whether a device is newly
-- installed is not in the catalogue. The contractor is told, so that one may rank contractors.
WITH marked AS (
    SELECT outlet_id, time, MAX(minutes) AS minutes, MAX(filed_minutes) AS filed_minutes
    FROM cems_care
    GROUP BY outlet_id, time
),
running AS (
    SELECT h.outlet_id, h.enterprise_id, h.time, h.pm_flag, h.so2_flag, h.nox_flag
    FROM cems_wide AS h
    WHERE h.is_running AND COALESCE(h.nox_flag, h.so2_flag, h.pm_flag, 'N') <> 'F'
),
hours AS (  -- running hours with anything of a mark, by the most marked pollutant
    SELECT
        r.outlet_id,
        r.enterprise_id,
        r.time,
        CASE
            WHEN m.filed_minutes >= 30 THEN 0
            WHEN r.pm_flag IN ('D', 'M', 'C') OR r.so2_flag IN ('D', 'M', 'C') OR r.nox_flag IN ('D', 'M', 'C') THEN 60
            ELSE m.minutes
        END AS minutes,
        CASE
            WHEN COALESCE(m.filed_minutes, 0) < 30 AND (r.pm_flag = 'M' OR r.so2_flag = 'M' OR r.nox_flag = 'M') THEN 60
            ELSE 0
        END AS care_minutes
    FROM running AS r
    LEFT JOIN marked AS m ON m.outlet_id = r.outlet_id AND m.time = r.time
    WHERE m.minutes > 0
        OR r.pm_flag IN ('D', 'M', 'C') OR r.so2_flag IN ('D', 'M', 'C') OR r.nox_flag IN ('D', 'M', 'C')
),
spans AS (
    SELECT outlet_id, COUNT(*) AS hours
    FROM running
    WHERE time >= $as_of::TIMESTAMP - INTERVAL 1 DAY * $win_d
    GROUP BY outlet_id
),
mostly AS (
    SELECT outlet_id, enterprise_id, time, LAG(time) OVER (PARTITION BY outlet_id ORDER BY time) AS time_before
    FROM hours
    WHERE minutes >= 30
),
begun AS (
    SELECT
        *,
        SUM(CASE WHEN time_before >= time - INTERVAL 1 HOUR * ($gap_h + 1) THEN 0 ELSE 1 END)
            OVER (PARTITION BY outlet_id ORDER BY time) AS run
    FROM mostly
),
segments AS (
    SELECT
        outlet_id,
        MIN(enterprise_id) AS enterprise_id,
        MIN(time) AS from_at,
        MAX(time) + INTERVAL 1 HOUR AS to_at,
        COUNT(*) AS hours
    FROM begun
    GROUP BY outlet_id, run
    HAVING COUNT(*) > $seg_h
),
firsts AS (  -- from the begin of a month, so that the clue stays the same while the $win_d days move on
    SELECT outlet_id, MIN(time) AS time
    FROM hours
    WHERE minutes >= 30 AND time >= DATE_TRUNC('month', $as_of::TIMESTAMP - INTERVAL 1 DAY * $win_d)
    GROUP BY outlet_id
),
shares AS (
    SELECT
        h.outlet_id,
        MIN(h.enterprise_id) AS enterprise_id,
        MIN(f.time) AS from_at,
        MAX(CASE WHEN h.minutes >= 30 THEN h.time END) + INTERVAL 1 HOUR AS to_at,
        SUM(h.minutes) / (60.0 * MIN(s.hours)) AS share_marked,
        SUM(h.minutes) / 60.0 AS hours
    FROM hours AS h
    INNER JOIN spans AS s ON s.outlet_id = h.outlet_id
    INNER JOIN firsts AS f ON f.outlet_id = h.outlet_id
    WHERE h.time >= $as_of::TIMESTAMP - INTERVAL 1 DAY * $win_d
    GROUP BY h.outlet_id
    HAVING MIN(s.hours) >= $run_h AND SUM(h.minutes) > $share_max * 60 * MIN(s.hours) AND MAX(h.minutes) >= 30
),
burners AS (
    SELECT DISTINCT enterprise_id FROM enterprises WHERE industry_code = 'waste_incineration'
),
care AS (
    SELECT outlet_id, time, MAX(minutes - filed_minutes) AS minutes
    FROM (
        SELECT m.outlet_id, DATE_TRUNC('hour', m.time) AS time, m.minutes, m.filed_minutes FROM cems_care AS m
        INNER JOIN cems_marks AS k
            ON k.outlet_id = m.outlet_id AND k.mark_type = 'maintenance'
            AND k.from_at < m.time + INTERVAL 1 HOUR AND k.to_at > m.time
    ) AS maintained
    GROUP BY outlet_id, time
),
quarters AS (
    SELECT
        h.outlet_id,
        MIN(h.enterprise_id) AS enterprise_id,
        MIN(CASE WHEN GREATEST(h.care_minutes, COALESCE(c.minutes, 0)) > 0 THEN h.time END) AS from_at,
        MAX(CASE WHEN GREATEST(h.care_minutes, COALESCE(c.minutes, 0)) > 0 THEN h.time END) + INTERVAL 1 HOUR AS to_at,
        SUM(GREATEST(h.care_minutes, COALESCE(c.minutes, 0))) / 60.0 AS hours
    FROM hours AS h
    INNER JOIN burners AS b ON b.enterprise_id = h.enterprise_id
    LEFT JOIN care AS c ON c.outlet_id = h.outlet_id AND c.time = h.time
    WHERE h.time >= DATE_TRUNC('quarter', $as_of::TIMESTAMP)
    GROUP BY h.outlet_id
    HAVING SUM(GREATEST(h.care_minutes, COALESCE(c.minutes, 0))) > 60 * $q_h
),
parts AS (
    SELECT outlet_id, enterprise_id, from_at, to_at, hours, 'segment' AS part, NULL::DOUBLE AS share_marked
    FROM segments
    UNION ALL
    SELECT outlet_id, enterprise_id, from_at, to_at, hours, 'share', share_marked FROM shares
    UNION ALL
    SELECT outlet_id, enterprise_id, from_at, to_at, hours, 'quarter', NULL FROM quarters
),
reached AS (
    SELECT
        *,
        MAX(to_at) OVER (
            PARTITION BY outlet_id ORDER BY from_at, to_at, part ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS reached_at
    FROM parts
),
joined AS (
    SELECT
        *,
        SUM(CASE WHEN reached_at >= from_at THEN 0 ELSE 1 END)
            OVER (PARTITION BY outlet_id ORDER BY from_at, to_at, part) AS clue
    FROM reached
),
told AS (
    SELECT
        outlet_id,
        MIN(enterprise_id) AS enterprise_id,
        MIN(from_at) AS from_at,
        MAX(to_at) AS to_at,
        MAX(CASE WHEN part = 'segment' THEN hours END) AS segment_hours,
        MAX(share_marked) AS share_marked,
        MAX(CASE WHEN part = 'quarter' THEN hours END) AS quarter_hours
    FROM joined
    GROUP BY outlet_id, clue
),
contractors AS (
    SELECT
        outlet_id,
        operator,
        ROW_NUMBER() OVER (PARTITION BY outlet_id ORDER BY from_at DESC, event_id) AS place
    FROM cems_service
)
SELECT
    'outlet' AS object_kind,
    t.outlet_id AS object_id,
    t.enterprise_id,
    t.outlet_id,
    NULL::VARCHAR AS cell_id,
    NULL::VARCHAR AS pollutant,
    t.from_at AS window_from,
    t.to_at AS window_to,
    t.from_at AS onset_at,
    2 AS severity,
    LEAST(1.0, 0.5 + COALESCE(t.segment_hours, 0) / 240.0 + COALESCE(t.share_marked, 0)) AS score,
    TO_JSON({
        'segment_hours': t.segment_hours, 'share_marked': ROUND(t.share_marked, 3),
        'quarter_hours': ROUND(t.quarter_hours, 1), 'operator': o.operator
    })::VARCHAR AS facts
FROM told AS t
LEFT JOIN contractors AS o ON o.outlet_id = t.outlet_id AND o.place = 1
WHERE t.to_at > $from_at::TIMESTAMP
