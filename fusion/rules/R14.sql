-- The same values hour by hour at two outlets, or at one outlet again some hours or days later, on two factors or
-- more. Step one finds pairs cheaply: two factors equal together in every third hour (or, within an outlet, in the
-- half of its hours chosen by the value itself, so that a copy falls into the same half). Step two compares the
-- transmitted texts of these pairs. One device number at several outlets is one monitor serving them: no pair.
-- Stopped hours, zeros and whole numbers prove nothing. Operator and address of the logger are not in the catalogue.
WITH hours AS NOT MATERIALIZED (
    SELECT
        h.outlet_id, h.outlet_hour, h.enterprise_id, h.mn, h.time, h.pm_mg_m3 AS pm, h.so2_mg_m3 AS so2, h.nox_mg_m3 AS nox,
        h.pm_text, h.so2_text, h.nox_text
    FROM cems_wide AS h
    WHERE h.is_running AND COALESCE(h.nox_flag, h.so2_flag, h.pm_flag, 'N') <> 'F'
),
third AS (
    SELECT * FROM hours WHERE EXTRACT(HOUR FROM time) % 3 = 0
),
met AS (  -- by number first, at one hour at more than one outlet; whose they are is asked of these few
    SELECT time, 1 AS kind, pm AS one, so2 AS two FROM third WHERE pm > 0 AND so2 > 0
    GROUP BY time, pm, so2 HAVING COUNT(*) > 1
    UNION ALL
    SELECT time, 2, so2, nox FROM third WHERE so2 > 0 AND nox > 0
    GROUP BY time, so2, nox HAVING COUNT(*) > 1
    UNION ALL
    SELECT time, 3, pm, nox FROM third WHERE pm > 0 AND nox > 0
    GROUP BY time, pm, nox HAVING COUNT(*) > 1
),
keys AS (  -- with the outlet of the smallest id: each other one is paired with it, not with every other
    SELECT k.time, k.kind, k.one, k.two, MIN(h.outlet_id) AS first_id
    FROM met AS k
    INNER JOIN third AS h
        ON h.time = k.time
        AND k.one = (CASE k.kind WHEN 2 THEN h.so2 ELSE h.pm END)
        AND k.two = (CASE k.kind WHEN 1 THEN h.so2 ELSE h.nox END)
    GROUP BY k.time, k.kind, k.one, k.two
    HAVING MIN(h.mn) < MAX(h.mn)
),
members AS (
    SELECT DISTINCT k.first_id, h.outlet_id, h.mn, k.time
    FROM keys AS k
    INNER JOIN third AS h
        ON h.time = k.time AND h.outlet_id > k.first_id
        AND k.one = (CASE k.kind WHEN 2 THEN h.so2 ELSE h.pm END)
        AND k.two = (CASE k.kind WHEN 1 THEN h.so2 ELSE h.nox END)
),
twins AS (
    SELECT DISTINCT outlet_id, twin_id, 0 AS lag_h
    FROM (
        SELECT m.first_id AS outlet_id, m.outlet_id AS twin_id, CAST(m.time AS DATE) AS date
        FROM members AS m
        INNER JOIN third AS f ON f.outlet_id = m.first_id AND f.time = m.time AND f.mn <> m.mn
        GROUP BY m.first_id, m.outlet_id, CAST(m.time AS DATE)
        HAVING COUNT(*) >= $sampled_h
    ) AS of_day
),
half AS (
    SELECT outlet_hour // 10000000 AS outlet_no, outlet_id, time, pm, so2, nox FROM hours
    WHERE so2 > 0 AND CAST(ROUND(1000 * so2) AS BIGINT) % 2 = 0
),
again AS (  -- values met oftener stand still (R03) or are coarse
    SELECT outlet_no, so2, 1 AS kind, pm AS other FROM half WHERE pm > 0
    GROUP BY outlet_no, so2, pm HAVING COUNT(*) BETWEEN 2 AND $copies_max
    UNION ALL
    SELECT outlet_no, so2, 2, nox FROM half WHERE nox > 0
    GROUP BY outlet_no, so2, nox HAVING COUNT(*) BETWEEN 2 AND $copies_max
),
again_hours AS (
    SELECT h.outlet_id, a.so2, a.kind, a.other, h.time
    FROM again AS a
    INNER JOIN half AS h
        ON h.outlet_no = a.outlet_no AND h.so2 = a.so2 AND a.other = (CASE a.kind WHEN 1 THEN h.pm ELSE h.nox END)
),
copies AS (
    SELECT a.outlet_id, a.outlet_id AS twin_id, DATE_DIFF('hour', a.time, b.time) AS lag_h
    FROM again_hours AS a
    INNER JOIN again_hours AS b
        ON b.outlet_id = a.outlet_id AND b.so2 = a.so2 AND b.kind = a.kind AND b.other = a.other AND b.time > a.time
    GROUP BY a.outlet_id, DATE_DIFF('hour', a.time, b.time)
    HAVING COUNT(DISTINCT b.time) >= $sampled_h
),
pairs AS (
    SELECT * FROM twins
    UNION ALL
    SELECT * FROM copies
),
of_pairs AS (
    SELECT * FROM hours WHERE outlet_id IN (SELECT outlet_id FROM pairs UNION ALL SELECT twin_id FROM pairs)
),
compared AS (  -- `time` is the hour of the second one: of the copy, where one lags behind
    SELECT
        p.outlet_id,
        p.twin_id,
        p.lag_h,
        b.time,
        a.enterprise_id,
        b.enterprise_id AS twin_enterprise_id,
        a.so2_text AS so2_text,
        a.nox_text AS nox_text,
        CASE WHEN a.pm_text = b.pm_text AND a.pm > 0 AND a.pm_text LIKE '%.%' THEN 1 ELSE 0 END AS pm_same,
        CASE WHEN a.so2_text = b.so2_text AND a.so2 > 0 AND a.so2_text LIKE '%.%' THEN 1 ELSE 0 END AS so2_same,
        CASE WHEN a.nox_text = b.nox_text AND a.nox > 0 AND a.nox_text LIKE '%.%' THEN 1 ELSE 0 END AS nox_same
    FROM pairs AS p
    INNER JOIN of_pairs AS a ON a.outlet_id = p.outlet_id
    INNER JOIN of_pairs AS b ON b.outlet_id = p.twin_id AND b.time = a.time + INTERVAL 1 HOUR * p.lag_h
),
same AS (
    SELECT *, LAG(time) OVER (PARTITION BY outlet_id, twin_id, lag_h ORDER BY time) AS time_before
    FROM compared
    WHERE pm_same + so2_same + nox_same >= 2
),
begun AS (
    SELECT
        *,
        SUM(CASE WHEN time_before >= time - INTERVAL 1 HOUR * ($gap_h + 1) THEN 0 ELSE 1 END)
            OVER (PARTITION BY outlet_id, twin_id, lag_h ORDER BY time) AS run
    FROM same
),
runs AS (
    SELECT outlet_id, twin_id, lag_h, MIN(time) AS from_at, MAX(time) + INTERVAL 1 HOUR AS to_at
    FROM begun
    GROUP BY outlet_id, twin_id, lag_h, run
    HAVING COUNT(*) >= $eq_min * $block_h
),
shares AS (
    SELECT
        r.outlet_id,
        r.twin_id,
        r.lag_h,
        r.from_at,
        r.to_at,
        MIN(c.enterprise_id) AS enterprise_id,
        MIN(c.twin_enterprise_id) AS twin_enterprise_id,
        COUNT(*) AS hours,
        AVG(c.pm_same) AS pm_share,
        AVG(c.so2_same) AS so2_share,
        AVG(c.nox_same) AS nox_share,
        GREATEST(COUNT(DISTINCT c.so2_text), COUNT(DISTINCT c.nox_text)) AS distinct_values
    FROM runs AS r
    INNER JOIN compared AS c
        ON c.outlet_id = r.outlet_id AND c.twin_id = r.twin_id AND c.lag_h = r.lag_h
        AND c.time >= r.from_at AND c.time < r.to_at
    GROUP BY r.outlet_id, r.twin_id, r.lag_h, r.from_at, r.to_at
    HAVING COUNT(*) >= $block_h
),
found AS (
    SELECT
        *,
        CASE WHEN pm_share >= $eq_min THEN 1 ELSE 0 END + CASE WHEN so2_share >= $eq_min THEN 1 ELSE 0 END
        + CASE WHEN nox_share >= $eq_min THEN 1 ELSE 0 END AS factors
    FROM shares
),
told AS (  -- one row an outlet and stretch: of its twins the one with the smallest id, of lags the shortest
    SELECT *, ROW_NUMBER() OVER (PARTITION BY outlet_id, from_at ORDER BY lag_h, twin_id) AS place,
           COUNT(*) OVER (PARTITION BY outlet_id, from_at) AS twins
    FROM found
    WHERE factors >= 2 AND distinct_values >= $distinct_min
)
SELECT
    CASE WHEN lag_h = 0 THEN 'outlet_pair' ELSE 'outlet' END AS object_kind,
    outlet_id AS object_id,
    enterprise_id,
    outlet_id,
    NULL::VARCHAR AS cell_id,
    NULL::VARCHAR AS pollutant,
    from_at AS window_from,
    to_at AS window_to,
    from_at AS onset_at,
    1 AS severity,
    LEAST(1.0, 0.7 + hours / 480.0) AS score,
    TO_JSON({
        'twin_outlet_id': twin_id, 'twin_enterprise_id': twin_enterprise_id, 'twins': twins, 'lag_h': lag_h,
        'hours': hours, 'factors': factors, 'pm_share': ROUND(pm_share, 3), 'so2_share': ROUND(so2_share, 3),
        'nox_share': ROUND(nox_share, 3), 'distinct_values': distinct_values
    })::VARCHAR AS facts
FROM told
WHERE place = 1 AND to_at > $from_at::TIMESTAMP
