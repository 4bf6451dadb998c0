-- Which findings of this build are suggested for pushing, to which team, in which order; a person decides.
-- Grain    one row per finding
-- Columns  place: rank of its enterprise (or cell) in the team's list, from 1; why_not: watch_list (severity 3, an attribution
--          alone among them), mass_outage (a gap of many in a county), team_full (beyond the cap), no_team; empty if suggested
WITH bases AS (
    SELECT t.team_idx, b.lon_deg, b.lat_deg, t.city_adcode,
           ROW_NUMBER() OVER (PARTITION BY t.city_adcode ORDER BY t.team_code) - 1 AS number,
           COUNT(*) OVER (PARTITION BY t.city_adcode) AS teams
    FROM teams_numbered AS t
    INNER JOIN places AS b ON b.level = 1 AND b.adcode = t.city_adcode
),
nearest AS (
    SELECT c.place_idx AS city_idx, b.city_adcode,
           ROW_NUMBER() OVER (
               PARTITION BY c.place_idx
               ORDER BY (c.lon_deg - b.lon_deg) * (c.lon_deg - b.lon_deg) * 0.67
                   + (c.lat_deg - b.lat_deg) * (c.lat_deg - b.lat_deg), b.city_adcode
           ) AS turn
    FROM places AS c
    CROSS JOIN (SELECT DISTINCT city_adcode, lon_deg, lat_deg FROM bases) AS b
    WHERE c.level = 1
),
found AS (
    SELECT f.clue_id, f.rule_id, f.severity, f.score, f.window_from, k.city_idx, k.county_idx,
           COALESCE(f.enterprise_id, f.object_id) AS target
    FROM findings AS f
    INNER JOIN clues_numbered AS k ON k.clue_id = f.clue_id
),
outages AS (
    SELECT county_idx, CAST(window_from AS DATE) AS day
    FROM found
    WHERE rule_id = 'R11'
    GROUP BY county_idx, CAST(window_from AS DATE)
    HAVING COUNT(DISTINCT target) >= $outage_enterprises
),
judged AS (
    SELECT
        f.*,
        n.city_adcode,
        CASE
            WHEN f.severity >= 3 THEN 'watch_list'
            WHEN f.rule_id = 'R11' AND o.county_idx IS NOT NULL THEN 'mass_outage'
            WHEN n.city_adcode IS NULL THEN 'no_team'
        END AS held
    FROM found AS f
    LEFT JOIN outages AS o ON o.county_idx = f.county_idx AND o.day = CAST(f.window_from AS DATE)
    LEFT JOIN nearest AS n ON n.city_idx = f.city_idx AND n.turn = 1
),
targets AS (
    SELECT city_adcode, target, MIN(severity) AS severity, MAX(score) AS score,
           ROW_NUMBER() OVER (PARTITION BY city_adcode ORDER BY MIN(severity), MAX(score) DESC, target) - 1 AS turn
    FROM judged
    WHERE held IS NULL
    GROUP BY city_adcode, target
),
dealt AS (
    SELECT t.city_adcode, t.target, b.team_idx, CAST(FLOOR(t.turn / b.teams) AS INTEGER) + 1 AS place
    FROM targets AS t
    INNER JOIN bases AS b ON b.city_adcode = t.city_adcode AND b.number = t.turn % b.teams
)
SELECT
    j.clue_id,
    CAST(COALESCE(d.team_idx, 255) AS UTINYINT) AS team_idx,
    CAST(COALESCE(d.place, 0) AS USMALLINT) AS place,
    COALESCE(j.held, CASE WHEN d.place > $team_day_cap THEN 'team_full' END) AS why_not
FROM judged AS j
LEFT JOIN dealt AS d ON j.held IS NULL AND d.city_adcode = j.city_adcode AND d.target = j.target
ORDER BY j.clue_id
