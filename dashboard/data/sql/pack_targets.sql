-- Enterprises a team should see on a day: those the plan suggests, and those whose clue was pushed to it lately.
-- Grain    one row per enterprise and clue
-- Reads    {clues}: the clues of the snapshot, or as they stand now
-- Parameters: team_idx, from_at, to_at (pushed between), is_tonight (the plan of this snapshot, and whatever the casebook
--          pushed after its data end, count for this day), as_of
select distinct e.enterprise_id, c.clue_id, 'plan' as why
from push_plan p
join {clues} c on c.clue_id = p.clue_id
join enterprises e on e.enterprise_idx = c.enterprise_idx
where $is_tonight and p.team_idx = $team_idx and p.why_not is null
  and c.state in ('IDENTIFIED', 'SCREENED', 'PUSHED', 'ACCEPTED', 'CHECKING') and c.team_idx in (255, $team_idx)
union
select distinct e.enterprise_id, c.clue_id, 'pushed'
from {clues} c
join enterprises e on e.enterprise_idx = c.enterprise_idx
where c.team_idx = $team_idx and c.state in ('PUSHED', 'ACCEPTED', 'CHECKING')
  and ((c.state_since >= $from_at and c.state_since < $to_at) or ($is_tonight and c.state_since > $as_of))
order by 1, 2, 3
