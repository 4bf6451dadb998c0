-- The clues of one plant that it was ordered to put right and that are not over: nothing that was not told to it.
-- Parameter: enterprise_id. One row per clue. Reads clues_now and events_now.
select c.clue_id, c.state, c.due_at, c.state_since, max(v.at) as ordered_at
from clues_now c
join enterprises e on e.enterprise_idx = c.enterprise_idx
join events_now v on v.clue_id = c.clue_id and v.to_state = 'RECTIFYING' and v.from_state is distinct from v.to_state
where e.enterprise_id = $enterprise_id
  and c.state in ('RECTIFYING', 'RECHECK', 'E_SUPERVISED', 'LISTED_SUPERVISED', 'SUSPENDED')
group by all
order by ordered_at desc, c.clue_id
