-- The steps in the lives of an enterprise's clues. Parameters: enterprise_idx, as_of.
-- Reads {clues} and {events}: those of the snapshot, or as they stand now; remarks move nothing and are left out.
select c.clue_id, v.at, v.event, v.to_state, v.role
from {events} v
join {clues} c on c.clue_id = v.clue_id
where c.enterprise_idx = $enterprise_idx and v.at <= $as_of and v.from_state is distinct from v.to_state
order by v.at, c.clue_id, v.sequence
