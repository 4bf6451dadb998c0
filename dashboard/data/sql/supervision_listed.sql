-- What became of the listings (挂牌) of clues in scope.
-- Grain    one row
SELECT
    COUNT(*) AS listed,
    COUNT(DISTINCT o.clue_id) AS clues,
    COUNT(*) FILTER (o.left_to IS NULL) AS standing,
    COUNT(*) FILTER (o.left_to IS NULL AND o.due_at < s.clock) AS late,
    COUNT(*) FILTER (o.left_to = 'RECHECK') AS applied,
    COUNT(*) FILTER (o.left_to = 'RECHECK' AND s.rechecked_at IS NOT NULL AND s.last_passed_at > o.left_at) AS delisted
FROM loop_orders o
JOIN scoped s ON s.clue_id = o.clue_id
WHERE o.kind = 'LISTED_SUPERVISED'
