-- Clues of the snapshot that may show a closed case to have relapsed: same rule, same enterprise or cell, found later.
-- Grain    one row per clue of the snapshot; reads clues_now
-- Note     whether it is within the window, and was a problem at all, the casebook decides
SELECT DISTINCT c.clue_id, c.detected_at
FROM clues_now AS k
INNER JOIN clues_now AS c
    ON c.rule_id = k.rule_id AND c.clue_id <> k.clue_id AND c.detected_at > k.state_since
    AND c.enterprise_idx = k.enterprise_idx AND (k.enterprise_idx >= 0 OR c.cell_id = k.cell_id)
WHERE k.version > 0 AND k.state = 'CLOSED' AND c.origin = 'snapshot'
ORDER BY c.detected_at, c.clue_id
