-- Complaints and petitions of $win_d days about one enterprise, by several persons; those that name nobody count for
-- the enterprise complained of within $r_m about the same, and among themselves make a group of their own. Cases
-- that name different enterprises never make one group. One after an answer "not verified" weighs twice in the
-- score, never in the count. Persons are hashes only.
WITH cases AS (
    SELECT case_no, received_at, person_hash, lon_deg, lat_deg, enterprise_id, issue, reply FROM complaints
    UNION ALL
    SELECT case_no, received_at, person_hash, lon_deg, lat_deg, enterprise_id, issue, NULL FROM petitions
),
recent AS (
    SELECT * FROM cases WHERE received_at >= $from_at::TIMESTAMP - INTERVAL 1 DAY * $win_d
),
named AS (
    SELECT r.*, e.lon_deg AS at_lon, e.lat_deg AS at_lat
    FROM recent AS r
    LEFT JOIN enterprises AS e ON e.enterprise_id = r.enterprise_id
    WHERE r.enterprise_id IS NOT NULL
),
targets AS (
    SELECT
        enterprise_id, issue, COALESCE(MIN(at_lon), MIN(lon_deg)) AS lon_deg,
        COALESCE(MIN(at_lat), MIN(lat_deg)) AS lat_deg
    FROM named
    GROUP BY enterprise_id, issue
),
nameless AS (
    SELECT * FROM recent WHERE enterprise_id IS NULL AND lon_deg IS NOT NULL AND lat_deg IS NOT NULL
),
joined AS (
    SELECT n.case_no, t.enterprise_id, COUNT(*) OVER (PARTITION BY n.case_no) AS targets
    FROM nameless AS n
    INNER JOIN targets AS t
        ON t.issue = n.issue AND ABS(t.lat_deg - n.lat_deg) <= $r_m / 111200.0
        AND POWER((t.lon_deg - n.lon_deg) * COS(RADIANS(n.lat_deg)), 2) + POWER(t.lat_deg - n.lat_deg, 2)
            <= POWER($r_m / 111200.0, 2)
),
lonely AS (
    SELECT n.* FROM nameless AS n LEFT JOIN joined AS j ON j.case_no = n.case_no WHERE j.case_no IS NULL
),
neighbours AS (
    SELECT a.case_no AS anchor, b.case_no
    FROM lonely AS a
    INNER JOIN lonely AS b
        ON b.issue = a.issue AND ABS(b.lat_deg - a.lat_deg) <= $r_m / 111200.0
        AND POWER((b.lon_deg - a.lon_deg) * COS(RADIANS(a.lat_deg)), 2) + POWER(b.lat_deg - a.lat_deg, 2)
            <= POWER($r_m / 111200.0, 2)
),
leaders AS (
    SELECT case_no, MIN(anchor) AS leader FROM neighbours GROUP BY case_no
),
grouped AS (
    SELECT enterprise_id AS object_id, enterprise_id, r.case_no, r.received_at, r.person_hash, r.issue, r.reply
    FROM recent AS r
    WHERE enterprise_id IS NOT NULL
    UNION ALL
    SELECT j.enterprise_id, j.enterprise_id, r.case_no, r.received_at, r.person_hash, r.issue, r.reply
    FROM joined AS j
    INNER JOIN recent AS r ON r.case_no = j.case_no
    WHERE j.targets = 1
    UNION ALL
    SELECT l.leader, NULL, r.case_no, r.received_at, r.person_hash, r.issue, r.reply
    FROM leaders AS l
    INNER JOIN recent AS r ON r.case_no = l.case_no
),
weighed AS (
    SELECT
        *,
        CASE WHEN MAX(CASE WHEN reply = 'not_verified' THEN 1 ELSE 0 END) OVER (
            PARTITION BY object_id ORDER BY received_at, case_no ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) = 1 THEN 2 ELSE 1 END AS weight
    FROM grouped
),
counted AS (
    SELECT
        w.object_id, w.case_no, w.received_at, MIN(b.received_at) AS first_at, SUM(b.weight) AS n, COUNT(*) AS cases,
        COUNT(DISTINCT b.person_hash) AS persons
    FROM weighed AS w
    INNER JOIN weighed AS b
        ON b.object_id = w.object_id AND b.received_at <= w.received_at
        AND b.received_at > w.received_at - INTERVAL 1 DAY * $win_d
    GROUP BY w.object_id, w.case_no, w.received_at
),
reached AS (
    SELECT object_id, MIN(first_at) AS first_at, MIN(received_at) AS onset_at, MAX(received_at) AS last_at,
        MAX(n) AS n, MAX(cases) AS cases, MAX(persons) AS persons
    FROM counted
    WHERE cases >= $n_c AND persons >= $n_persons
    GROUP BY object_id
),
told AS (
    SELECT
        object_id, MIN(enterprise_id) AS enterprise_id, MODE(issue) AS issue,
        COUNT(CASE WHEN EXTRACT(HOUR FROM received_at) >= 22 OR EXTRACT(HOUR FROM received_at) < 6 THEN 1 END)
            AS at_night,
        COUNT(CASE WHEN reply = 'not_verified' THEN 1 END) AS not_verified
    FROM grouped
    GROUP BY object_id
)
SELECT
    'complaint_group' AS object_kind,
    r.object_id,
    t.enterprise_id,
    NULL::VARCHAR AS outlet_id,
    NULL::VARCHAR AS cell_id,
    NULL::VARCHAR AS pollutant,
    r.first_at AS window_from,
    r.last_at + INTERVAL 1 HOUR AS window_to,
    r.onset_at,
    2 AS severity,
    LEAST(1.0, 0.4 + 0.1 * r.n + 0.05 * r.persons) AS score,
    TO_JSON({
        'cases': r.cases, 'weighted': r.n, 'persons': r.persons, 'issue': t.issue, 'at_night': t.at_night,
        'not_verified_before': t.not_verified
    })::VARCHAR AS facts
FROM reached AS r
INNER JOIN told AS t ON t.object_id = r.object_id
WHERE r.last_at >= $from_at::TIMESTAMP
