-- Events of the casebook that the snapshot doesn't know yet, in the shape of clue_events.
-- Grain    one row per event, comments and corrections too (from_state = to_state), openings left out
-- Reads    casebook_steps; {clues}: the clues as they stand now
-- Note     a build that read the casebook has these steps in clue_events under the same clue and sequence: they count
--          there, not here
SELECT
    c.clue_idx, k.clue_id, k.sequence, k."at", k.event, k.source AS from_state, k.target AS to_state, k.role, k.team_code,
    k.due_at, k.event_id, k.seq, k.version, k.actor, k.reason, k.payload, k.attachments, k.person
FROM casebook_steps AS k
INNER JOIN {clues} AS c ON c.clue_id = k.clue_id
ANTI JOIN clue_events AS s ON s.clue_id = k.clue_id AND s.sequence = k.sequence
WHERE k.event <> 'open'
ORDER BY k.seq
