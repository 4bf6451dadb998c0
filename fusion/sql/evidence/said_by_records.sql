-- What the enterprise's own data, its permit, penalties and complaints say of a finding.
-- Grain    one row per finding and kind
-- Columns  n: days, permits, decisions or complaints looked at
WITH kinds AS (
    SELECT 'cems' AS kind UNION ALL SELECT 'power' UNION ALL SELECT 'permit'
),
own AS (
    SELECT DISTINCT
        enterprise_id,
        CASE WHEN category IN ('power', 'emergency') THEN 'power' ELSE category END AS kind,
        window_from,
        window_to
    FROM clue_places
    WHERE enterprise_id IS NOT NULL AND category IN ('cems', 'power', 'emergency', 'permit')
),
days AS (
    SELECT enterprise_id, 'cems' AS kind, date FROM cems_days
    UNION SELECT enterprise_id, 'power', date FROM power_days
    UNION SELECT enterprise_id, 'power', CAST(time AS DATE) FROM power_hours
),
looked_at AS (
    SELECT p.clue_id, d.kind, COUNT(DISTINCT d.date) AS n
    FROM clue_places AS p
    INNER JOIN days AS d ON d.enterprise_id = p.enterprise_id AND d.date >= p.day_from AND d.date <= p.day_to
    GROUP BY p.clue_id, d.kind
    UNION ALL
    SELECT p.clue_id, 'permit', COUNT(*)
    FROM clue_places AS p
    INNER JOIN permits AS x ON x.enterprise_id = p.enterprise_id
    GROUP BY p.clue_id
),
found AS (
    SELECT p.clue_id, o.kind, COUNT(*) AS n
    FROM clue_places AS p
    INNER JOIN own AS o
        ON o.enterprise_id = p.enterprise_id AND o.window_from < p.window_to AND o.window_to > p.window_from
    GROUP BY p.clue_id, o.kind
),
bands AS (
    SELECT -1 AS step UNION ALL SELECT 0 UNION ALL SELECT 1
),
told AS (
    SELECT case_no, enterprise_id, received_at, lon_deg, lat_deg,
           CAST(FLOOR(lat_deg * 111.2 / $complaint_km) AS INTEGER) AS band
    FROM complaints
),
in_reach AS (  -- told apart first, so that a complaint is sought by its band and not by its time
    SELECT DISTINCT
        p.clue_id, p.window_to, p.lon_deg, p.lat_deg,
        CAST(FLOOR(p.lat_deg * 111.2 / $complaint_km) AS INTEGER) + b.step AS band
    FROM clue_places AS p
    CROSS JOIN bands AS b
    WHERE p.enterprise_id IS NULL
),
near_complaints AS (
    SELECT p.clue_id, x.case_no
    FROM clue_places AS p
    INNER JOIN told AS x
        ON x.enterprise_id = p.enterprise_id AND x.received_at < p.window_to
        AND x.received_at >= p.window_to - INTERVAL 1 DAY * $complaint_back_d
    UNION
    SELECT p.clue_id, x.case_no
    FROM in_reach AS p
    INNER JOIN told AS x ON x.band = p.band
    WHERE x.received_at < p.window_to
        AND x.received_at >= p.window_to - INTERVAL 1 DAY * $complaint_back_d
        AND POWER((x.lat_deg - p.lat_deg) * 111.2, 2)
        + POWER((x.lon_deg - p.lon_deg) * 111.2 * COS(RADIANS(p.lat_deg)), 2) <= $complaint_km * $complaint_km
),
on_file AS (
    SELECT p.clue_id, 'penalty' AS kind, COUNT(*) AS n
    FROM clue_places AS p
    INNER JOIN penalties AS x
        ON x.enterprise_id = p.enterprise_id AND x.decided_date < p.window_to
        AND x.decided_date >= p.window_to - INTERVAL 1 DAY * $penalty_back_d
    GROUP BY p.clue_id
    UNION ALL
    SELECT clue_id, 'complaint', COUNT(*) FROM near_complaints GROUP BY clue_id
),
registers AS (
    SELECT 'penalty' AS kind, COUNT(*) AS n FROM penalties
    UNION ALL SELECT 'complaint', COUNT(*) FROM complaints
)
SELECT
    p.clue_id,
    k.kind,
    CASE
        WHEN p.enterprise_id IS NULL THEN 'silent'
        WHEN f.n IS NOT NULL THEN 'supports'
        WHEN l.n IS NULL THEN 'not_observed'
        WHEN k.kind = 'permit' THEN 'silent'
        ELSE 'against'
    END AS says,
    COALESCE(l.n, f.n, 0) AS n
FROM clue_places AS p
CROSS JOIN kinds AS k
LEFT JOIN found AS f ON f.clue_id = p.clue_id AND f.kind = k.kind
LEFT JOIN looked_at AS l ON l.clue_id = p.clue_id AND l.kind = k.kind
UNION ALL
SELECT
    p.clue_id,
    r.kind,
    CASE
        WHEN p.category = r.kind THEN 'supports'
        WHEN r.kind = 'complaint' AND p.enterprise_id IS NULL AND o.n < $complaint_least_n THEN 'silent'
        WHEN o.n IS NOT NULL THEN 'supports'
        WHEN r.n = 0 THEN 'not_observed'
        ELSE 'silent'
    END,
    COALESCE(o.n, 0)
FROM clue_places AS p
CROSS JOIN registers AS r
LEFT JOIN on_file AS o ON o.clue_id = p.clue_id AND o.kind = r.kind
