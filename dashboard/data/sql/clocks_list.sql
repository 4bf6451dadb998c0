-- Clues of one kind of clock, the most pressing first.
-- Grain    one row per clue
SELECT
    s.clue_id, s.enterprise, s.cell_id, s.severity, s.state, s.state_since, s.due_at, s.team_code, t.name_zh AS team_zh, t.name_en AS team_en,
    l.late,
    r.rule_id, r.name_zh AS rule_zh, r.name_en AS rule_en, city.name_zh AS city_zh, city.name_en AS city_en
FROM scoped s
LEFT JOIN lateness l ON l.day = CAST(s.due_at AS DATE) AND l.is_register = (s.version = 0)
LEFT JOIN teams t ON t.team_code = s.team_code
LEFT JOIN rules r ON r.rule_idx = s.rule_idx
LEFT JOIN places city ON city.place_idx = s.city_idx
WHERE {cohort}
ORDER BY s.due_at, s.severity, s.clue_id
LIMIT $n
