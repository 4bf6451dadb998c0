-- What each kind of data says of a finding: it supports it, it is silent, or it speaks against it.
-- Grain    one row per finding and kind that is not silent; a kind without a row is silent: it has no data there
-- Columns  what: how much of what was looked at
WITH placed AS (
    SELECT
        f.clue_id,
        f.enterprise_id,
        f.object_kind,
        f.window_from,
        f.window_to,
        COALESCE(e.lon_deg, c.lon_deg, s.lon_deg) AS lon_deg,
        COALESCE(e.lat_deg, c.lat_deg, s.lat_deg) AS lat_deg
    FROM findings AS f
    LEFT JOIN enterprises AS e ON e.enterprise_id = f.enterprise_id
    LEFT JOIN grid_cells AS c ON c.cell_id = f.cell_id
    LEFT JOIN sites AS s ON f.object_kind = 'station' AND s.site_id = f.object_id
),
own AS (
    SELECT DISTINCT f.enterprise_id, r.category
    FROM findings AS f INNER JOIN rules AS r ON r.rule_id = f.rule_id
    WHERE f.enterprise_id IS NOT NULL
),
own_kinds AS (
    SELECT enterprise_id, 'cems' AS kind FROM own WHERE category = 'cems'
    UNION SELECT enterprise_id, 'power' FROM own WHERE category IN ('power', 'emergency')
    UNION SELECT enterprise_id, 'permit' FROM own WHERE category = 'permit'
),
watched AS (
    SELECT DISTINCT enterprise_id, 'cems' AS kind FROM cems_days WHERE date >= CAST($from_at AS DATE)
    UNION SELECT DISTINCT enterprise_id, 'power' FROM power_days WHERE date >= CAST($from_at AS DATE)
    UNION SELECT DISTINCT enterprise_id, 'power' FROM power_hours WHERE time >= $from_at
    UNION SELECT DISTINCT enterprise_id, 'permit' FROM permits
),
of_enterprises AS (
    SELECT p.clue_id, w.kind, CASE WHEN o.kind IS NULL THEN 'against' ELSE 'supports' END AS says, 1 AS n
    FROM placed AS p
    INNER JOIN watched AS w ON w.enterprise_id = p.enterprise_id
    LEFT JOIN own_kinds AS o ON o.enterprise_id = p.enterprise_id AND o.kind = w.kind
    UNION
    SELECT p.clue_id, o.kind, 'supports', 1
    FROM placed AS p INNER JOIN own_kinds AS o ON o.enterprise_id = p.enterprise_id
),
of_records AS (
    SELECT p.clue_id, 'penalty' AS kind, 'supports' AS says, COUNT(*) AS n
    FROM placed AS p
    INNER JOIN penalties AS x ON x.enterprise_id = p.enterprise_id AND x.decided_date >= p.window_to - INTERVAL 730 DAY
    GROUP BY p.clue_id
    UNION ALL
    SELECT p.clue_id, 'complaint', 'supports', COUNT(*)
    FROM placed AS p
    INNER JOIN complaints AS x ON x.enterprise_id = p.enterprise_id AND x.received_at >= p.window_to - INTERVAL 30 DAY
    GROUP BY p.clue_id
),
around AS (
    -- boxes of 0.05 degrees: that of the finding and its neighbours, so that near things are found by equality
    SELECT
        p.clue_id,
        p.lon_deg,
        p.lat_deg,
        CAST(FLOOR(p.lon_deg * 20) AS INTEGER) + x.step AS box_x,
        CAST(FLOOR(p.lat_deg * 20) AS INTEGER) + y.step AS box_y
    FROM placed AS p
    CROSS JOIN (SELECT -1 AS step UNION ALL SELECT 0 UNION ALL SELECT 1) AS x
    CROSS JOIN (SELECT -1 AS step UNION ALL SELECT 0 UNION ALL SELECT 1) AS y
),
boxed_cells AS (
    SELECT cell_idx, lon_deg, lat_deg, CAST(FLOOR(lon_deg * 20) AS INTEGER) AS box_x,
           CAST(FLOOR(lat_deg * 20) AS INTEGER) AS box_y
    FROM cells
),
near_cells AS (
    SELECT a.clue_id, c.cell_idx
    FROM around AS a
    INNER JOIN boxed_cells AS c ON c.box_x = a.box_x AND c.box_y = a.box_y
    WHERE ABS(c.lon_deg - a.lon_deg) <= 0.05 AND ABS(c.lat_deg - a.lat_deg) <= 0.04
),
of_satellites AS (
    SELECT
        n.clue_id,
        'satellite' AS kind,
        CASE WHEN COUNT(h.cell_idx) > 0 THEN 'supports' ELSE 'against' END AS says,
        COUNT(DISTINCT g.date) AS n
    FROM near_cells AS n
    INNER JOIN grid_days AS g
        ON g.cell_idx = n.cell_idx AND g.value IS NOT NULL AND g.date >= CAST($as_of AS DATE) - INTERVAL 10 DAY
    LEFT JOIN hotspots_satellite AS h ON h.cell_idx = g.cell_idx AND h.product = g.product AND h.date = g.date
    GROUP BY n.clue_id
),
bubbles AS (
    SELECT DISTINCT object_id AS site_id FROM findings WHERE rule_id IN ('R34', 'R35')
),
micro AS (
    SELECT s.lon_deg, s.lat_deg, CAST(FLOOR(s.lon_deg * 20) AS INTEGER) AS box_x,
           CAST(FLOOR(s.lat_deg * 20) AS INTEGER) AS box_y, b.site_id IS NOT NULL AS is_bubble
    FROM sites AS s
    INNER JOIN (SELECT DISTINCT station_id FROM microstation_days WHERE uptime_pct > 0) AS d ON d.station_id = s.site_id
    LEFT JOIN bubbles AS b ON b.site_id = s.site_id
),
of_micro AS (
    SELECT
        a.clue_id,
        'microstation' AS kind,
        CASE WHEN MAX(CASE WHEN m.is_bubble THEN 1 ELSE 0 END) = 1 THEN 'supports' ELSE 'against' END AS says,
        COUNT(*) AS n
    FROM around AS a
    INNER JOIN micro AS m ON m.box_x = a.box_x AND m.box_y = a.box_y
    WHERE ABS(m.lon_deg - a.lon_deg) <= 0.03 AND ABS(m.lat_deg - a.lat_deg) <= 0.025
    GROUP BY a.clue_id
),
together AS (
    SELECT * FROM of_enterprises
    UNION ALL SELECT * FROM of_records
    UNION ALL SELECT * FROM of_satellites
    UNION ALL SELECT * FROM of_micro
)
SELECT clue_id, kind, MAX(says) AS says, CAST(MAX(n) AS INTEGER) AS n
FROM together
GROUP BY clue_id, kind
ORDER BY clue_id, kind
