-- Clues a dispatcher decides on: screened ones, and those this build suggests that still wait for an analyst.
-- Grain    one row per clue
-- Columns  team_code: planned, else nearest base by great-circle-like distance; why_not: as push_plan tells it;
--          visits: on-site checks of the enterprise in the 12 months before $register_now; offsite: checks without a visit
SELECT
    s.clue_id, s.version, s.enterprise_id, s.enterprise, s.cell_id, s.severity, s.state, s.score, s.pollutant, s.due_at, s.detected_at,
    s.lon_deg, s.lat_deg,
    r.rule_id, r.name_zh AS rule_zh, r.name_en AS rule_en, city.name_zh AS city_zh, city.name_en AS city_en,
    COALESCE(t.team_code, n.team_code) AS team_code, t.team_code IS NOT NULL AS is_planned, COALESCE(p.place, 0) AS place,
    p.why_not, COALESCE(v.visits, 0) AS visits, COALESCE(v.offsite, 0) AS offsite, v.last_visit,
    s.enterprise_id IS NOT NULL AND list_contains($positive, s.enterprise_id) AS is_positive
FROM scoped s
LEFT JOIN push_plan p ON p.clue_id = s.clue_id
LEFT JOIN teams t ON t.team_idx = p.team_idx
LEFT JOIN (
    SELECT c.place_idx AS city_idx,
           ARG_MIN(t.team_code, ((c.lon_deg - b.lon_deg) * 0.82) ** 2 + (c.lat_deg - b.lat_deg) ** 2 + t.number * 1e-9)
               AS team_code
    FROM places c, teams t JOIN places b ON b.level = 1 AND b.adcode = t.city_adcode
    WHERE c.level = 1
    GROUP BY c.place_idx
) n ON n.city_idx = s.city_idx
LEFT JOIN (
    SELECT enterprise_id, COUNT(*) FILTER (mode = 'onsite') AS visits, COUNT(*) FILTER (mode <> 'onsite') AS offsite,
           MAX(checked_date) FILTER (mode = 'onsite') AS last_visit
    FROM visits_all
    WHERE checked_date > $register_now::DATE - INTERVAL 12 MONTH
    GROUP BY enterprise_id
) v ON v.enterprise_id = s.enterprise_id
LEFT JOIN rules r ON r.rule_idx = s.rule_idx
LEFT JOIN places city ON city.place_idx = s.city_idx
WHERE s.state = 'SCREENED' OR (s.state = 'IDENTIFIED' AND p.clue_id IS NOT NULL AND p.why_not IS NULL)
ORDER BY s.state DESC, team_code, place, s.severity, s.score DESC, s.clue_id
LIMIT $n
