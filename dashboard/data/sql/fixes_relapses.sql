-- Clues whose problem came back after the re-check was passed, the newest first.
-- Grain    one row per clue
-- Columns  new_clue: the clue by which it was noticed, where the relapse names it
SELECT
    s.clue_id, s.enterprise, s.cell_id, s.severity, s.state, s.rechecked_at, s.relapsed_at, s.n_relapses, s.team_code,
    DATE_DIFF('second', s.rechecked_at, s.relapsed_at) // 86400 AS days,
    r.rule_id, r.name_zh AS rule_zh, r.name_en AS rule_en, city.name_zh AS city_zh, city.name_en AS city_en, t.new_clue
FROM scoped s
LEFT JOIN rules r ON r.rule_idx = s.rule_idx
LEFT JOIN places city ON city.place_idx = s.city_idx
LEFT JOIN relapse_links t ON t.clue_id = s.clue_id
WHERE s.n_relapses > 0
ORDER BY s.relapsed_at DESC, s.clue_id
LIMIT $n
