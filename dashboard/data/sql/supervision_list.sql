-- Orders of one kind that stand, the one due first at the top.
-- Grain    one row per clue
SELECT
    s.clue_id, s.enterprise, s.cell_id, s.severity, s.n_orders, s.n_listings, s.n_relapses, s.team_code,
    o.issued_at, o.due_at, o.cause,
    DATE_DIFF('second', s.clock, o.due_at) // 86400 AS days_left, DATE_DIFF('second', o.issued_at, s.clock) // 86400 AS days,
    r.rule_id, r.name_zh AS rule_zh, r.name_en AS rule_en, city.name_zh AS city_zh, city.name_en AS city_en
FROM scoped s
JOIN (SELECT * FROM loop_orders WHERE kind = $kind AND left_to IS NULL) o ON o.clue_id = s.clue_id
LEFT JOIN rules r ON r.rule_idx = s.rule_idx
LEFT JOIN places city ON city.place_idx = s.city_idx
ORDER BY o.due_at NULLS LAST, s.clue_id
LIMIT $n
