-- Values a running stack cannot have: below zero, zero for $zero_h, over range (device flag T) for $t_h.
-- The range of the analyser (i13001) is not in the catalogue, so raw values are not compared with it. Hours flagged
-- as stopped, in maintenance or calibration, or faulty, or under such marks, stand for nothing here: zero gas reads
-- zero. Over range again and again while above the limit is severity 1: too small a range cuts off the peak.
WITH odd AS (
    SELECT
        c.outlet_id,
        c.enterprise_id,
        c.pollutant,
        c.time,
        c.raw_mg_m3,
        c.ratio,
        CASE WHEN c.flag = 'T' THEN 'over_range' WHEN c.raw_mg_m3 < 0 THEN 'negative' ELSE 'zero' END AS what
    FROM cems_long AS c
    WHERE c.is_running AND COALESCE(c.flag, 'N') NOT IN ('F', 'M', 'C', 'D') AND (c.flag = 'T' OR c.raw_mg_m3 <= 0)
),
unmarked AS (
    SELECT o.*
    FROM odd AS o
    LEFT JOIN (SELECT DISTINCT outlet_id, pollutant, time FROM cems_care WHERE minutes >= 30) AS m
        ON m.outlet_id = o.outlet_id AND m.time = o.time AND m.pollutant IN (o.pollutant, '*')
    LEFT JOIN (SELECT outlet_id, time FROM cems_conditions WHERE condition = 'stopped') AS s
        ON s.outlet_id = o.outlet_id AND s.time = o.time
    WHERE m.time IS NULL AND s.time IS NULL
),
before AS (
    SELECT *, LAG(time) OVER (PARTITION BY outlet_id, pollutant, what ORDER BY time) AS time_before FROM unmarked
),
begun AS (
    SELECT
        *,
        SUM(CASE WHEN time_before = time - INTERVAL 1 HOUR THEN 0 ELSE 1 END)
            OVER (PARTITION BY outlet_id, pollutant, what ORDER BY time) AS run
    FROM before
),
runs AS (
    SELECT
        outlet_id,
        MIN(enterprise_id) AS enterprise_id,
        pollutant,
        what,
        MIN(time) AS from_at,
        MAX(time) + INTERVAL 1 HOUR AS to_at,
        COUNT(*) AS hours,
        MIN(raw_mg_m3) AS lowest,
        MAX(ratio) AS max_ratio,
        COUNT(CASE WHEN ratio > 1 THEN 1 END) AS hours_over
    FROM begun
    GROUP BY outlet_id, pollutant, what, run
    HAVING COUNT(*) >= CASE what WHEN 'zero' THEN $zero_h WHEN 'negative' THEN $negative_h ELSE $t_h END
),
repeated AS (
    SELECT outlet_id, pollutant, COUNT(*) AS spells
    FROM runs
    WHERE what = 'over_range' AND hours_over > 0
    GROUP BY outlet_id, pollutant
),
reached AS (
    SELECT
        *,
        MAX(to_at) OVER (
            PARTITION BY outlet_id, pollutant ORDER BY from_at, to_at, what
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS reached_at
    FROM runs
),
joined AS (
    SELECT
        *,
        SUM(CASE WHEN reached_at >= from_at - INTERVAL 1 HOUR * $apart_h THEN 0 ELSE 1 END)
            OVER (PARTITION BY outlet_id, pollutant ORDER BY from_at, to_at, what) AS clue
    FROM reached
),
told AS (
    SELECT
        outlet_id,
        MIN(enterprise_id) AS enterprise_id,
        pollutant,
        MIN(from_at) AS from_at,
        MAX(to_at) AS to_at,
        SUM(CASE WHEN what = 'negative' THEN hours ELSE 0 END) AS negative_hours,
        SUM(CASE WHEN what = 'zero' THEN hours ELSE 0 END) AS zero_hours,
        SUM(CASE WHEN what = 'over_range' THEN hours ELSE 0 END) AS over_range_hours,
        MIN(lowest) AS lowest,
        MAX(max_ratio) AS max_ratio
    FROM joined
    GROUP BY outlet_id, pollutant, clue
)
SELECT
    'outlet' AS object_kind,
    t.outlet_id AS object_id,
    t.enterprise_id,
    t.outlet_id,
    NULL::VARCHAR AS cell_id,
    t.pollutant,
    t.from_at AS window_from,
    t.to_at AS window_to,
    t.from_at AS onset_at,
    CASE WHEN t.over_range_hours > 0 AND COALESCE(r.spells, 0) >= 2 THEN 1 ELSE 3 END AS severity,
    CASE WHEN t.over_range_hours > 0 AND COALESCE(r.spells, 0) >= 2 THEN 0.9 ELSE 0.5 END AS score,
    TO_JSON({
        'negative_hours': t.negative_hours, 'zero_hours': t.zero_hours, 'over_range_hours': t.over_range_hours,
        'lowest_mg_m3': t.lowest, 'max_ratio': ROUND(t.max_ratio, 3), 'over_range_spells': COALESCE(r.spells, 0)
    })::VARCHAR AS facts
FROM told AS t
LEFT JOIN repeated AS r ON r.outlet_id = t.outlet_id AND r.pollutant = t.pollutant
WHERE t.to_at > $from_at::TIMESTAMP
