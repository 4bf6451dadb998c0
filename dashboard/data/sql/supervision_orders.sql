-- What became of the electronic supervision orders on clues in scope, by order.
-- Grain    one row
-- Columns  answered: went on to rectification or re-check; in_time, due: as metric supervision_reply_rate counts
SELECT
    COUNT(*) AS issued,
    COUNT(DISTINCT o.clue_id) AS clues,
    COUNT(*) FILTER (o.left_to IS NULL) AS standing,
    COUNT(*) FILTER (o.left_to IN ('RECTIFYING', 'RECHECK')) AS answered,
    COUNT(*) FILTER (o.left_to = 'LISTED_SUPERVISED') AS escalated,
    COUNT(*) FILTER (o.due_at <= s.clock) AS due,
    COUNT(*) FILTER (o.due_at <= s.clock AND o.left_to IN ('RECTIFYING', 'RECHECK') AND o.left_at <= o.due_at) AS in_time,
    COUNT(*) FILTER (o.left_to IS NULL AND o.due_at < s.clock) AS unanswered_late,
    COUNT(*) FILTER (o.left_to IS NULL AND o.due_at >= s.clock AND o.due_at < s.clock + INTERVAL 24 HOUR) AS due24,
    MEDIAN(DATE_DIFF('second', o.issued_at, o.left_at) / 3600) FILTER (o.left_to IN ('RECTIFYING', 'RECHECK'))
        AS hours_to_answer
FROM loop_orders o
JOIN scoped s ON s.clue_id = o.clue_id
WHERE o.kind = 'E_SUPERVISED'
