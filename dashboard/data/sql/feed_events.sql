-- Steps in the lives of clues, for programs: no names of persons, no records. Parameters: all of a filter state, about the
-- clue; clue_id: of this one alone, null for all.
-- Grain    one row per step; seq null for those the snapshot's register knows
select v.event_id, if(v.seq is null, 'register', 'casebook') as source, v.seq, v.clue_id, v.sequence::integer as sequence,
       v.event, v.from_state, v.to_state, v.role, v.team_code, v.at, v.due_at
from events_now v
join ({clues}) using (clue_id)
