-- Where each clue stands, projected from its events.
-- Grain    one row per clue with at least one event
-- Columns  was_*: the clue has been in that state, told by either end of an event, so that a history whose beginning
--          was not handed over still counts; last_pass, last_relapse: sequence numbers, 0 if never
WITH last_event AS (
    SELECT clue_id, MAX(sequence) AS sequence FROM clue_events GROUP BY clue_id
),
last_team AS (
    SELECT clue_id, MAX(sequence) AS sequence FROM clue_events WHERE team_code IS NOT NULL GROUP BY clue_id
),
history AS (
    SELECT
        clue_id,
        MAX(CASE WHEN to_state = 'PUSHED' OR from_state = 'PUSHED' THEN 1 ELSE 0 END) AS was_pushed,
        MAX(CASE WHEN to_state IN ('ACCEPTED', 'RETURNED') OR from_state IN ('ACCEPTED', 'RETURNED') THEN 1 ELSE 0 END)
            AS was_answered,
        MAX(CASE WHEN to_state = 'CONFIRMED' OR from_state = 'CONFIRMED' THEN 1 ELSE 0 END) AS was_confirmed,
        MAX(CASE WHEN to_state = 'NOT_CONFIRMED' OR from_state = 'NOT_CONFIRMED' THEN 1 ELSE 0 END) AS was_denied,
        MAX(CASE WHEN from_state = 'RECHECK' AND to_state = 'CLOSED' THEN sequence ELSE 0 END) AS last_pass,
        MAX(CASE WHEN to_state = 'RELAPSED' THEN sequence ELSE 0 END) AS last_relapse
    FROM clue_events
    GROUP BY clue_id
)
SELECT
    h.clue_id,
    e.to_state AS state,
    e."at" AS state_since,
    e.due_at,
    t.team_code,
    h.was_pushed,
    h.was_answered,
    h.was_confirmed,
    GREATEST(h.was_confirmed, h.was_denied) AS was_checked,
    CASE WHEN h.was_confirmed = 1 AND h.last_pass > h.last_relapse THEN 1 ELSE 0 END AS is_fixed
FROM history AS h
INNER JOIN last_event AS l ON l.clue_id = h.clue_id
INNER JOIN clue_events AS e ON e.clue_id = l.clue_id AND e.sequence = l.sequence
LEFT JOIN last_team AS lt ON lt.clue_id = h.clue_id
LEFT JOIN clue_events AS t ON t.clue_id = lt.clue_id AND t.sequence = lt.sequence
