-- Oxygen that doesn't fit the plant, in four ways, joined to one clue an outlet and stretch:
-- (a) oxygen as of a stopped plant while the gas is hot, or flows with production under power;
-- (b) the value sent at reference oxygen is not what raw value, oxygen and reference give;
-- (c) oxygen falls by a step, from a day at one level to another day, while the flow stays;
-- (d) below the limit only thanks to an oxygen far under what the outlet has at that load.
-- Outlets without a reference oxygen are left out of (b) and (d). A constant oxygen is told by R03.
-- The same deviation through all that was ever sent points at the register of limits: watch list only.
WITH apt AS (
    SELECT outlet_id, pollutant, MAX(averaging) AS averaging FROM limits GROUP BY outlet_id, pollutant
),
reference AS (
    SELECT l.outlet_id, l.pollutant, l.valid_from, l.valid_to, l.ref_o2_pct
    FROM limits AS l
    INNER JOIN apt AS a ON a.outlet_id = l.outlet_id AND a.pollutant = l.pollutant AND a.averaging = l.averaging
    WHERE l.ref_o2_pct IS NOT NULL AND l.ref_o2_pct < 20
),
power AS (
    SELECT enterprise_id, time, MAX(CASE WHEN mean_kw > 0.2 * rated_kw THEN 1 ELSE 0 END) = 1 AS is_on
    FROM power_hours
    WHERE role = 'production' AND is_online
    GROUP BY enterprise_id, time
),
off AS (
    SELECT
        c.outlet_id,
        c.enterprise_id,
        c.pollutant,
        c.time,
        ABS(c.raw_mg_m3 * (21 - r.ref_o2_pct) / (21 - c.o2_pct) - c.zs_mg_m3) / GREATEST(c.zs_mg_m3, 1) AS size
    FROM cems_long AS c
    INNER JOIN reference AS r
        ON r.outlet_id = c.outlet_id AND r.pollutant = c.pollutant
        AND r.valid_from <= CAST(c.time AS DATE) AND r.valid_to > CAST(c.time AS DATE)
    WHERE c.is_running AND COALESCE(c.flag, 'N') <> 'F' AND c.o2_pct < 20 AND c.raw_mg_m3 >= 0 AND c.zs_mg_m3 >= 0
        AND ABS(c.raw_mg_m3 * (21 - r.ref_o2_pct) / (21 - c.o2_pct) - c.zs_mg_m3) > $tol * GREATEST(c.zs_mg_m3, 1)
),
off_series AS (
    SELECT outlet_id, pollutant, COUNT(*) AS hours_off FROM off GROUP BY outlet_id, pollutant HAVING COUNT(*) >= 160
),
always AS (  -- a week or more, nearly all of it off by one and the same factor
    SELECT c.outlet_id, c.pollutant
    FROM cems_long AS c
    INNER JOIN off_series AS o ON o.outlet_id = c.outlet_id AND o.pollutant = c.pollutant
    WHERE c.is_running AND COALESCE(c.flag, 'N') <> 'F' AND c.o2_pct < 20 AND c.raw_mg_m3 > 0 AND c.zs_mg_m3 > 0
    GROUP BY c.outlet_id, c.pollutant
    HAVING COUNT(*) >= 168 AND MIN(o.hours_off) >= 0.95 * COUNT(*)
        AND STDDEV_SAMP(c.zs_mg_m3 * (21 - c.o2_pct) / c.raw_mg_m3)
            < $tol * AVG(c.zs_mg_m3 * (21 - c.o2_pct) / c.raw_mg_m3)
),
part_b AS (
    SELECT
        o.outlet_id,
        o.enterprise_id,
        o.time,
        MAX(o.size) AS size,
        MAX(CASE WHEN a.outlet_id IS NULL THEN 0 ELSE 1 END) AS is_always
    FROM off AS o
    LEFT JOIN always AS a ON a.outlet_id = o.outlet_id AND a.pollutant = o.pollutant
    GROUP BY o.outlet_id, o.enterprise_id, o.time
),
gas AS (
    SELECT h.outlet_id, h.enterprise_id, h.time, h.o2_pct, h.flow_m3_h, h.temp_c, h.usual_m3_h
    FROM cems_wide AS h
    WHERE COALESCE(h.nox_flag, h.so2_flag, h.pm_flag, 'N') <> 'F'
),
part_a AS (
    SELECT g.outlet_id, g.enterprise_id, g.time, g.o2_pct AS size
    FROM gas AS g
    LEFT JOIN power AS p ON p.enterprise_id = g.enterprise_id AND p.time = g.time
    WHERE g.o2_pct >= $o2_stop
        AND (g.temp_c >= $hot_c OR (g.flow_m3_h > 0.2 * g.usual_m3_h AND COALESCE(p.is_on, FALSE)))
),
bins AS (
    SELECT
        outlet_id,
        ROUND(10 * flow_m3_h / usual_m3_h) AS load_bin,
        MEDIAN(o2_pct) AS o2_peer,
        COUNT(*) AS hours
    FROM gas
    WHERE flow_m3_h > 0.2 * usual_m3_h AND o2_pct < 20 AND time >= $as_of::TIMESTAMP - INTERVAL 30 DAY
    GROUP BY outlet_id, ROUND(10 * flow_m3_h / usual_m3_h)
    HAVING COUNT(*) >= 24
),
low AS (
    SELECT g.outlet_id, g.enterprise_id, g.time, b.o2_peer, g.o2_pct
    FROM gas AS g
    INNER JOIN bins AS b ON b.outlet_id = g.outlet_id AND b.load_bin = ROUND(10 * g.flow_m3_h / g.usual_m3_h)
    WHERE g.o2_pct <= b.o2_peer - $o2_low
),
lowered AS (  -- what the value would be at the usual oxygen, over the limit
    SELECT l.outlet_id, l.enterprise_id, c.pollutant, l.time, l.o2_peer - l.o2_pct AS size
    FROM low AS l
    INNER JOIN cems_long AS c ON c.outlet_id = l.outlet_id AND c.time = l.time
    WHERE c.ratio <= 1 AND c.ratio * (21 - l.o2_pct) / (21 - l.o2_peer) > 1 + $tol
),
part_d AS (
    SELECT l.outlet_id, l.enterprise_id, l.time, MAX(l.size) AS size
    FROM lowered AS l
    INNER JOIN (SELECT DISTINCT outlet_id, pollutant FROM reference) AS r
        ON r.outlet_id = l.outlet_id AND r.pollutant = l.pollutant
    GROUP BY l.outlet_id, l.enterprise_id, l.time
),
blocks AS (
    SELECT
        outlet_id,
        MIN(enterprise_id) AS enterprise_id,
        DATE_TRUNC('day', time) + CASE WHEN EXTRACT(HOUR FROM time) < 12 THEN INTERVAL 0 HOUR ELSE INTERVAL 12 HOUR END
            AS block,
        MEDIAN(o2_pct) AS o2,
        MEDIAN(flow_m3_h) AS flow
    FROM gas
    WHERE flow_m3_h > 0.2 * usual_m3_h AND o2_pct < 20
    GROUP BY outlet_id, block
    HAVING COUNT(*) >= 8
),
beside AS (
    SELECT
        *,
        LAG(o2, 2) OVER w AS o2_before,
        LAG(o2, 3) OVER w AS o2_long_before,
        LAG(flow, 2) OVER w AS flow_before,
        LAG(block, 2) OVER w AS block_before,
        LEAD(o2, 1) OVER w AS o2_after
    FROM blocks
    WINDOW w AS (PARTITION BY outlet_id ORDER BY block)
),
drops AS (
    SELECT *, ROW_NUMBER() OVER (PARTITION BY outlet_id, DATE_TRUNC('month', block) ORDER BY block) AS place
    FROM beside
    WHERE o2_before - o2 >= $o2_step AND o2_before - o2_after >= $o2_step AND o2_long_before - o2 >= $o2_step
        AND ABS(flow / flow_before - 1) <= $load_tol AND block_before >= block - INTERVAL 24 HOUR
),
part_c AS (  -- the first hour below the middle between the two levels
    SELECT d.outlet_id, d.enterprise_id, MIN(g.time) AS time, MAX(d.o2_before - d.o2) AS size, MAX(d.block) AS block
    FROM drops AS d
    INNER JOIN gas AS g
        ON g.outlet_id = d.outlet_id AND g.time >= d.block - INTERVAL 12 HOUR AND g.time < d.block + INTERVAL 12 HOUR
        AND g.o2_pct < (d.o2 + d.o2_before) / 2
    WHERE d.place = 1
    GROUP BY d.outlet_id, d.enterprise_id
),
signs AS (
    SELECT outlet_id, enterprise_id, time, 'a' AS part, size, 0 AS is_always FROM part_a
    UNION ALL
    SELECT outlet_id, enterprise_id, time, 'b', size, is_always FROM part_b
    UNION ALL
    SELECT outlet_id, enterprise_id, time, 'd', size, 0 FROM part_d
),
crowds AS (
    SELECT
        *,
        COUNT(*) OVER (
            PARTITION BY outlet_id, part ORDER BY time RANGE BETWEEN INTERVAL 23 HOURS PRECEDING AND CURRENT ROW
        ) AS hours_of_day,
        LAG(time) OVER (PARTITION BY outlet_id, part ORDER BY time) AS time_before
    FROM signs
),
begun AS (
    SELECT
        *,
        SUM(CASE
            WHEN time_before >= time - INTERVAL 1 HOUR * (CASE WHEN part = 'a' THEN 1 ELSE 24 END) THEN 0 ELSE 1
        END) OVER (PARTITION BY outlet_id, part ORDER BY time) AS run
    FROM crowds
),
parts AS (
    SELECT
        outlet_id,
        MIN(enterprise_id) AS enterprise_id,
        part,
        MIN(time) AS from_at,
        MAX(time) + INTERVAL 1 HOUR AS to_at,
        COUNT(*) AS hours,
        MAX(size) AS size,
        MIN(is_always) AS is_always
    FROM begun
    GROUP BY outlet_id, part, run
    HAVING (part = 'a' AND COUNT(*) >= $h_a) OR (part <> 'a' AND MAX(hours_of_day) >= $h_b)
    UNION ALL
    SELECT outlet_id, enterprise_id, 'c', time, block + INTERVAL 12 HOUR, 24, size, 0 FROM part_c
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
        MAX(CASE WHEN part = 'a' THEN hours END) AS stop_like_hours,
        MAX(CASE WHEN part = 'b' THEN hours END) AS formula_hours,
        MAX(CASE WHEN part = 'b' THEN size END) AS formula_deviation,
        MAX(CASE WHEN part = 'c' THEN size END) AS o2_step_pct,
        MAX(CASE WHEN part = 'd' THEN hours END) AS hidden_hours,
        MIN(is_always) = 1 AS is_always
    FROM joined
    GROUP BY outlet_id, clue
)
SELECT
    'outlet' AS object_kind,
    outlet_id AS object_id,
    enterprise_id,
    outlet_id,
    NULL::VARCHAR AS cell_id,
    NULL::VARCHAR AS pollutant,
    from_at AS window_from,
    to_at AS window_to,
    from_at AS onset_at,
    CASE WHEN is_always THEN 3 ELSE 1 END AS severity,
    CASE WHEN is_always THEN 0.3 ELSE 0.8 END AS score,
    TO_JSON({
        'stop_like_hours': stop_like_hours, 'formula_hours': formula_hours,
        'formula_deviation': ROUND(formula_deviation, 3), 'o2_step_pct': ROUND(o2_step_pct, 2),
        'hidden_hours': hidden_hours, 'is_always': is_always
    })::VARCHAR AS facts
FROM told
WHERE to_at > $from_at::TIMESTAMP
