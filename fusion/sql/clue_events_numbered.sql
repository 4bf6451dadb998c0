-- Steps in the lives of the clues.
-- Grain    one row per clue and step
SELECT k.clue_idx, e.*
FROM clue_events AS e
INNER JOIN clues_numbered AS k ON k.clue_id = e.clue_id
ORDER BY k.clue_idx, e.sequence
