-- Hot areas the plan suggests to a team, which name no enterprise; candidates of the attribution beside them.
-- Parameters: team_idx.
select p.place, f.rule_id, f.cell_id, f.pollutant, c.lon_deg, c.lat_deg, f.window_from, f.window_to,
       (select x.facts from findings x where x.rule_id = 'R31' and x.cell_id = f.cell_id limit 1) as candidates
from push_plan p
join findings f on f.clue_id = p.clue_id
join clues c on c.clue_id = p.clue_id
where p.team_idx = $team_idx and p.why_not is null and f.enterprise_id is null and f.cell_id is not null
order by p.place, f.cell_id
