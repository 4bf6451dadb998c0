-- What satellites and micro-stations near a finding say of it.
-- Grain    one row per finding and kind; of micro-stations only findings with one on line
-- Columns  n: observed days; micro-stations
WITH bands AS (
    SELECT -1 AS step UNION ALL SELECT 0 UNION ALL SELECT 1
),
banded AS (
    SELECT cell_idx, lon_deg, lat_deg, CAST(FLOOR(lat_deg * 111.2 / $satellite_km) AS INTEGER) AS band FROM cells
),
near_cells AS (
    SELECT p.clue_id, p.product, p.day_from, p.day_to, c.cell_idx
    FROM clue_places AS p
    CROSS JOIN bands AS b
    INNER JOIN banded AS c ON c.band = CAST(FLOOR(p.lat_deg * 111.2 / $satellite_km) AS INTEGER) + b.step
    WHERE ABS(c.lat_deg - p.lat_deg) * 111.2 <= $satellite_km
        AND ABS(c.lon_deg - p.lon_deg) * 111.2 * COS(RADIANS(p.lat_deg)) <= $satellite_km
),
seen AS (
    SELECT n.clue_id, COUNT(DISTINCT g.date) AS n, MAX(CASE WHEN r.ring = 4 THEN 1 ELSE 0 END) AS is_hot
    FROM near_cells AS n
    INNER JOIN grid_days AS g
        ON g.cell_idx = n.cell_idx AND g.product = n.product AND g.value IS NOT NULL
        AND g.date >= n.day_from AND g.date <= n.day_to
    LEFT JOIN ring_days AS r ON r.cell_idx = g.cell_idx AND r.product = g.product AND r.date = g.date
    GROUP BY n.clue_id
),
posts AS (
    SELECT site_id, lon_deg, lat_deg, CAST(FLOOR(lat_deg * 111.2 / $microstation_km) AS INTEGER) AS band
    FROM sites
    WHERE kind = 'micro'
),
in_reach AS (  -- told apart before any day is asked for: else days are compared with days first, and places last
    SELECT DISTINCT
        p.clue_id, p.window_from, p.window_to, p.day_from, p.day_to, p.lon_deg, p.lat_deg,
        CAST(FLOOR(p.lat_deg * 111.2 / $microstation_km) AS INTEGER) + b.step AS band
    FROM clue_places AS p
    CROSS JOIN bands AS b
),
near_posts AS (
    SELECT DISTINCT r.clue_id, r.window_from, r.window_to, r.day_from, r.day_to, m.site_id
    FROM in_reach AS r
    INNER JOIN posts AS m ON m.band = r.band
    WHERE POWER((m.lat_deg - r.lat_deg) * 111.2, 2)
        + POWER((m.lon_deg - r.lon_deg) * 111.2 * COS(RADIANS(r.lat_deg)), 2) <= $microstation_km * $microstation_km
),
on_line AS (
    SELECT DISTINCT n.clue_id, n.window_from, n.window_to, n.site_id
    FROM near_posts AS n
    INNER JOIN microstation_days AS d
        ON d.station_id = n.site_id AND d.uptime_pct > 0 AND d.date >= n.day_from AND d.date <= n.day_to
),
bubbles AS (
    SELECT object_id AS site_id, window_from, window_to FROM findings WHERE rule_id IN ('R34', 'R35')
),
heard AS (
    SELECT o.clue_id, COUNT(DISTINCT o.site_id) AS n, MAX(CASE WHEN b.site_id IS NULL THEN 0 ELSE 1 END) AS is_bubble
    FROM on_line AS o
    LEFT JOIN bubbles AS b
        ON b.site_id = o.site_id AND b.window_from < o.window_to AND b.window_to > o.window_from
    GROUP BY o.clue_id
)
SELECT
    p.clue_id,
    'satellite' AS kind,
    CASE
        WHEN p.product IS NULL THEN 'silent'
        WHEN s.n IS NULL THEN 'not_observed'
        WHEN s.is_hot = 1 THEN 'supports'
        WHEN s.n >= $satellite_least_d THEN 'against'
        ELSE 'silent'
    END AS says,
    COALESCE(s.n, 0) AS n
FROM clue_places AS p
LEFT JOIN seen AS s ON s.clue_id = p.clue_id
UNION ALL
SELECT clue_id, 'microstation', CASE WHEN is_bubble = 1 THEN 'supports' ELSE 'against' END, n
FROM heard
