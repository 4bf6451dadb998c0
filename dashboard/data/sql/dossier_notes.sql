-- What the enterprise said of its clues, and remarks and corrections of others, from the casebook.
-- Parameters: enterprise_idx, as_of.
select v.at, v.role, v.actor, v.reason, v.event
from events_now v
join clues_now c on c.clue_id = v.clue_id
where c.enterprise_idx = $enterprise_idx and v.at <= $as_of and v.reason is not null
  and (v.role = 'enterprise' or v.event in ('comment', 'correct'))
order by v.at desc, v.seq desc
