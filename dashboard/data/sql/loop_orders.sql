-- Supervision orders, electronic and listed, and what became of each.
-- Grain    one row per entry into E_SUPERVISED or LISTED_SUPERVISED; a clue may have several
-- Columns  left_to, left_at: the state it went on to and when; null while it stands
SELECT clue_id, sequence, to_state AS kind, "at" AS issued_at, due_at, event AS cause, left_at, left_to
FROM (
    SELECT
        clue_id, sequence, "at", to_state, due_at, event,
        LEAD("at") OVER (PARTITION BY clue_id ORDER BY sequence) AS left_at,
        LEAD(to_state) OVER (PARTITION BY clue_id ORDER BY sequence) AS left_to
    FROM events_now
    WHERE from_state IS DISTINCT FROM to_state
)
WHERE to_state IN ('E_SUPERVISED', 'LISTED_SUPERVISED')
