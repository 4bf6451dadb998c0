-- Every step of a clue's life in order, the register's and the casebook's. Parameter: clue_id. One row per step.
select v.at, v.event, v.from_state, v.to_state, v.role, v.sequence, v.team_code, v.due_at, v.version, v.actor, v.reason,
       v.payload, v.attachments, v.person
from events_now v
where v.clue_id = $clue_id
order by v.sequence, v.version nulls first
