-- Values that stand still while the plant runs: (a) $n_same hours with the same transmitted text of a
-- concentration, or the same value at reference oxygen, velocity or oxygen; (b) hourly means of $win_d days within
-- a narrow band; (c) minutes that don't move for $min_same. Hours flagged as stopped are no hours of it; an hour
-- not sent ends a run. Texts of velocity, oxygen and of values at reference oxygen are not in the catalogue: their
-- numbers are compared. Where the last decimal sent is coarse against the value (dust in whole numbers), equal
-- hours come by rounding: the run must be $coarse_x times as long, and is for the watch list.
-- Zeros are told, but only for the watch list: a gas-fired unit may truly emit none (R13 tells of long zeros).
WITH hours AS NOT MATERIALIZED (
    SELECT outlet_id, time, outlet_hour, pm_mg_m3, so2_mg_m3, nox_mg_m3, pm_zs_mg_m3, so2_zs_mg_m3, nox_zs_mg_m3,
           velocity_m_s, o2_pct
    FROM cems_wide
    WHERE is_running
),
compared AS (  -- by number first; texts are compared where numbers are equal
    SELECT
        h.*,
        h.pm_mg_m3 = b.pm_mg_m3 AS pm_same,
        h.so2_mg_m3 = b.so2_mg_m3 AS so2_same,
        h.nox_mg_m3 = b.nox_mg_m3 AS nox_same,
        h.pm_zs_mg_m3 = b.pm_zs_mg_m3 AS pm_zs_same,
        h.so2_zs_mg_m3 = b.so2_zs_mg_m3 AS so2_zs_same,
        h.nox_zs_mg_m3 = b.nox_zs_mg_m3 AS nox_zs_same,
        h.velocity_m_s = b.velocity_m_s AS velocity_same,
        h.o2_pct = b.o2_pct AS o2_same
    FROM hours AS h
    INNER JOIN hours AS b
        ON b.outlet_hour = h.outlet_hour - 1
        AND (
            h.pm_mg_m3 = b.pm_mg_m3 OR h.so2_mg_m3 = b.so2_mg_m3 OR h.nox_mg_m3 = b.nox_mg_m3
            OR h.pm_zs_mg_m3 = b.pm_zs_mg_m3 OR h.so2_zs_mg_m3 = b.so2_zs_mg_m3 OR h.nox_zs_mg_m3 = b.nox_zs_mg_m3
            OR h.velocity_m_s = b.velocity_m_s OR h.o2_pct = b.o2_pct
        )
),
still AS (
    SELECT c.*, h.enterprise_id, h.pm_flag, h.so2_flag, h.nox_flag, h.pm_text, h.so2_text, h.nox_text,
           c.pm_same AND COALESCE(h.pm_text = b.pm_text, TRUE) AS pm_text_same,
           c.so2_same AND COALESCE(h.so2_text = b.so2_text, TRUE) AS so2_text_same,
           c.nox_same AND COALESCE(h.nox_text = b.nox_text, TRUE) AS nox_text_same
    FROM compared AS c
    INNER JOIN cems_wide AS h ON h.outlet_hour = c.outlet_hour
    INNER JOIN cems_wide AS b ON b.outlet_hour = c.outlet_hour - 1
),
series AS (
    SELECT outlet_id, enterprise_id, time, 'PM' AS pollutant, 'raw' AS quantity, pm_mg_m3 AS value, pm_flag AS flag,
           pm_text AS text
    FROM still WHERE pm_text_same
    UNION ALL
    SELECT outlet_id, enterprise_id, time, 'SO2', 'raw', so2_mg_m3, so2_flag, so2_text FROM still WHERE so2_text_same
    UNION ALL
    SELECT outlet_id, enterprise_id, time, 'NOx', 'raw', nox_mg_m3, nox_flag, nox_text FROM still WHERE nox_text_same
    UNION ALL
    SELECT outlet_id, enterprise_id, time, 'PM', 'zs', pm_zs_mg_m3, pm_flag, NULL FROM still WHERE pm_zs_same
    UNION ALL
    SELECT outlet_id, enterprise_id, time, 'SO2', 'zs', so2_zs_mg_m3, so2_flag, NULL FROM still WHERE so2_zs_same
    UNION ALL
    SELECT outlet_id, enterprise_id, time, 'NOx', 'zs', nox_zs_mg_m3, nox_flag, NULL FROM still WHERE nox_zs_same
    UNION ALL
    SELECT outlet_id, enterprise_id, time, NULL, 'velocity', velocity_m_s, NULL, NULL FROM still WHERE velocity_same
    UNION ALL
    SELECT outlet_id, enterprise_id, time, NULL, 'o2', o2_pct, NULL, NULL FROM still WHERE o2_same
),
exact AS (  -- one step of the last decimal; of a number not sent as text a final zero can't be seen
    SELECT
        *,
        CASE
            WHEN text IS NULL AND value = ROUND(value) THEN 1.0
            ELSE POWER(10, -CASE
                WHEN STRPOS(said, '.') = 0 THEN 0
                ELSE LENGTH(said) - STRPOS(said, '.')
            END)
        END AS step
    FROM (SELECT *, COALESCE(text, CAST(value AS VARCHAR)) AS said FROM series) AS told_as
),
counted AS (
    SELECT
        *,
        time - INTERVAL 1 HOUR * ROW_NUMBER() OVER (PARTITION BY outlet_id, pollutant, quantity ORDER BY time) AS run
    FROM exact
    WHERE value >= 0 AND COALESCE(flag, 'N') <> 'F'
),
held_hours AS (
    SELECT
        outlet_id,
        MIN(enterprise_id) AS enterprise_id,
        pollutant,
        quantity,
        MIN(time) - INTERVAL 1 HOUR AS from_at,
        MAX(time) + INTERVAL 1 HOUR AS to_at,
        60 * (COUNT(*) + 1) AS minutes,
        MIN(value) AS value,
        AVG(CASE WHEN flag IN ('M', 'C', 'D') THEN 1.0 ELSE 0 END) AS share_marked,
        CASE WHEN MAX(step) > $coarse * MAX(value) THEN 1 ELSE 0 END AS is_coarse
    FROM counted
    GROUP BY outlet_id, pollutant, quantity, run
    HAVING COUNT(*) + 1
        >= $n_same * CASE WHEN MAX(value) > 0 AND MAX(step) > $coarse * MAX(value) THEN $coarse_x ELSE 1 END
),
minutes AS (
    SELECT
        m.outlet_id,
        m.pollutant,
        m.time,
        m.value_mg_m3 AS value,
        m.flag,
        LAG(m.value_mg_m3) OVER w = m.value_mg_m3 AND LAG(m.time) OVER w = m.time - INTERVAL 1 MINUTE AS is_same
    FROM cems_minutes AS m
    WHERE m.flag <> 'F'
    WINDOW w AS (PARTITION BY m.outlet_id, m.pollutant ORDER BY m.time)
),
counted_minutes AS (
    SELECT
        *,
        time - INTERVAL 1 MINUTE * ROW_NUMBER() OVER (PARTITION BY outlet_id, pollutant ORDER BY time) AS run
    FROM minutes
    WHERE is_same AND value >= 0
),
held_minutes AS (
    SELECT
        c.outlet_id,
        MIN(h.enterprise_id) AS enterprise_id,
        c.pollutant,
        'minute' AS quantity,
        MIN(c.time) - INTERVAL 1 MINUTE AS from_at,
        MAX(c.time) + INTERVAL 1 MINUTE AS to_at,
        COUNT(*) + 1 AS minutes,
        MIN(c.value) AS value,
        AVG(CASE WHEN c.flag IN ('M', 'C', 'D') THEN 1.0 ELSE 0 END) AS share_marked,
        0 AS is_coarse
    FROM counted_minutes AS c
    INNER JOIN hours AS r ON r.outlet_id = c.outlet_id AND r.time = DATE_TRUNC('hour', c.time)
    INNER JOIN cems_flow AS h ON h.outlet_id = c.outlet_id
    GROUP BY c.outlet_id, c.pollutant, c.run
    HAVING COUNT(*) + 1 >= $min_same
),
lasting AS (  -- sent long enough for any pollutant of theirs to be
    SELECT outlet_id
    FROM cems_wide
    WHERE is_running AND time >= $as_of::TIMESTAMP - INTERVAL 1 DAY * $win_d
    GROUP BY outlet_id
    HAVING COUNT(*) >= 18 * $win_d AND MIN(time) < $as_of::TIMESTAMP - INTERVAL 1 DAY * ($win_d - 1)
),
recent AS (
    SELECT c.outlet_id, c.enterprise_id, c.pollutant, c.time, COALESCE(c.zs_mg_m3, c.raw_mg_m3) AS value
    FROM cems_long AS c
    INNER JOIN lasting AS l ON l.outlet_id = c.outlet_id
    WHERE c.is_running AND COALESCE(c.flag, 'N') <> 'F' AND COALESCE(c.zs_mg_m3, c.raw_mg_m3) > 0
        AND c.time >= $as_of::TIMESTAMP - INTERVAL 1 DAY * $win_d
),
middles AS (
    SELECT outlet_id, pollutant, MEDIAN(value) AS middle
    FROM recent
    GROUP BY outlet_id, pollutant
    HAVING COUNT(*) >= 18 * $win_d AND MIN(time) < $as_of::TIMESTAMP - INTERVAL 1 DAY * ($win_d - 1)
),
close_ones AS (  -- no more than a tenth outside the band: needed, not enough, and cheap
    SELECT r.outlet_id, r.pollutant, MIN(m.middle) AS middle
    FROM recent AS r
    INNER JOIN middles AS m ON m.outlet_id = r.outlet_id AND m.pollutant = r.pollutant
    GROUP BY r.outlet_id, r.pollutant
    HAVING AVG(CASE WHEN ABS(r.value - m.middle) <= $rel_range * m.middle THEN 1.0 ELSE 0 END) >= 0.9
),
placed AS (
    SELECT
        r.*,
        c.middle,
        PERCENT_RANK() OVER (PARTITION BY r.outlet_id, r.pollutant ORDER BY r.value) AS place
    FROM recent AS r
    INNER JOIN close_ones AS c ON c.outlet_id = r.outlet_id AND c.pollutant = r.pollutant
),
bands AS (
    SELECT
        outlet_id,
        MIN(enterprise_id) AS enterprise_id,
        pollutant,
        MAX(time) + INTERVAL 1 HOUR AS to_at,
        COUNT(*) AS hours,
        MIN(middle) AS middle
    FROM placed
    GROUP BY outlet_id, pollutant
    HAVING MIN(CASE WHEN place >= 0.95 THEN value END) - MAX(CASE WHEN place <= 0.05 THEN value END)
        < $rel_range * MIN(middle)
),
days AS (  -- the band is followed back into history, so that its begin doesn't move with $as_of
    SELECT
        b.outlet_id,
        b.pollutant,
        DATE_TRUNC('day', c.time) AS day,
        ABS(MEDIAN(COALESCE(c.zs_mg_m3, c.raw_mg_m3)) - MIN(b.middle)) <= $rel_range * MIN(b.middle) AS is_inside
    FROM bands AS b
    INNER JOIN cems_long AS c ON c.outlet_id = b.outlet_id AND c.pollutant = b.pollutant
    WHERE c.is_running AND COALESCE(c.flag, 'N') <> 'F'
    GROUP BY b.outlet_id, b.pollutant, DATE_TRUNC('day', c.time)
),
left_on AS (
    SELECT outlet_id, pollutant, MAX(CASE WHEN NOT is_inside THEN day END) AS day
    FROM days
    GROUP BY outlet_id, pollutant
),
narrow AS (
    SELECT
        b.outlet_id,
        MIN(b.enterprise_id) AS enterprise_id,
        b.pollutant,
        'range' AS quantity,
        MIN(d.day)::TIMESTAMP AS from_at,
        MIN(b.to_at) AS to_at,
        60 * MIN(b.hours) AS minutes,
        MIN(b.middle) AS value,
        0.0 AS share_marked,
        0 AS is_coarse
    FROM bands AS b
    INNER JOIN left_on AS x ON x.outlet_id = b.outlet_id AND x.pollutant = b.pollutant
    INNER JOIN days AS d
        ON d.outlet_id = b.outlet_id AND d.pollutant = b.pollutant AND (x.day IS NULL OR d.day > x.day)
    GROUP BY b.outlet_id, b.pollutant
),
parts AS (
    SELECT * FROM held_hours
    UNION ALL
    SELECT * FROM held_minutes
    UNION ALL
    SELECT * FROM narrow
),
reached AS (
    SELECT
        *,
        MAX(to_at) OVER (
            PARTITION BY outlet_id, pollutant ORDER BY from_at, to_at, quantity
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS reached_at
    FROM parts
),
joined AS (
    SELECT
        *,
        SUM(CASE WHEN reached_at >= from_at THEN 0 ELSE 1 END)
            OVER (PARTITION BY outlet_id, pollutant ORDER BY from_at, to_at, quantity) AS clue
    FROM reached
),
told AS (
    SELECT
        outlet_id,
        MIN(enterprise_id) AS enterprise_id,
        pollutant,
        MIN(from_at) AS from_at,
        MAX(to_at) AS to_at,
        MAX(CASE WHEN quantity <> 'range' THEN minutes END) AS minutes,
        MAX(value) AS value,
        MIN(share_marked) AS share_marked,
        MIN(is_coarse) = 1 AS is_coarse,
        MAX(CASE WHEN quantity = 'raw' THEN 1 ELSE 0 END) = 1 AS is_raw,
        MAX(CASE WHEN quantity = 'zs' THEN 1 ELSE 0 END) = 1 AS is_zs,
        MAX(CASE WHEN quantity = 'velocity' THEN 1 ELSE 0 END) = 1 AS is_velocity,
        MAX(CASE WHEN quantity = 'o2' THEN 1 ELSE 0 END) = 1 AS is_o2,
        MAX(CASE WHEN quantity = 'minute' THEN 1 ELSE 0 END) = 1 AS is_minute,
        MAX(CASE WHEN quantity = 'range' THEN 1 ELSE 0 END) = 1 AS is_range
    FROM joined
    GROUP BY outlet_id, pollutant, clue
)
SELECT
    'outlet' AS object_kind,
    outlet_id AS object_id,
    enterprise_id,
    outlet_id,
    NULL::VARCHAR AS cell_id,
    pollutant,
    from_at AS window_from,
    to_at AS window_to,
    from_at AS onset_at,
    CASE WHEN value = 0 OR share_marked > 0.5 OR is_coarse THEN 3 ELSE 1 END AS severity,
    CASE
        WHEN value = 0 OR share_marked > 0.5 OR is_coarse THEN 0.4
        ELSE LEAST(1.0, 0.6 + COALESCE(minutes, 0) / 7200.0)
    END AS score,
    TO_JSON({
        'hours_equal': ROUND(minutes / 60.0, 1), 'value': value, 'share_marked': ROUND(share_marked, 3), 'raw': is_raw,
        'at_reference_o2': is_zs, 'velocity': is_velocity, 'o2': is_o2, 'minutes': is_minute, 'narrow_range': is_range,
        'is_coarse': is_coarse
    })::VARCHAR AS facts
FROM told
WHERE to_at > $from_at::TIMESTAMP
