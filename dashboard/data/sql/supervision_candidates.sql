-- Findings of this build that suggest an order or a listing and have none yet.
-- Grain    one row per clue
SELECT
    s.clue_id, s.enterprise, s.severity, s.state, p.level, p.is_order, p.is_listed, p.onset_at, p.pollutant,
    r.rule_id, r.name_zh AS rule_zh, r.name_en AS rule_en, city.name_zh AS city_zh, city.name_en AS city_en
FROM supervision p
JOIN scoped s ON s.clue_id = p.clue_id
LEFT JOIN rules r ON r.rule_idx = s.rule_idx
LEFT JOIN places city ON city.place_idx = s.city_idx
WHERE s.state NOT IN ('E_SUPERVISED', 'LISTED_SUPERVISED', 'CLOSED', 'DISCARDED', 'MERGED')
ORDER BY p.is_listed DESC, p.onset_at, s.clue_id
LIMIT $n
