-- The clues of an enterprise, newest first; what a rule found is beside its clue. Parameters: enterprise_idx, as_of, n.
-- Reads {clues}: the clues of the snapshot, or as they stand now.
select c.clue_idx, c.clue_id, c.severity, c.category, c.pollutant, c.window_from, c.window_to, c.detected_at, c.score, c.state,
       c.state_since, r.rule_id, r.name_zh as rule_zh, r.name_en as rule_en, d.round_code,
       f.facts, f.onset_at, f.told_date, f.outlet_id, m.fires_zh, m.fires_en, m.lists_json,
       p.why_not, p.place, t.team_code
from {clues} c
left join rules r using (rule_idx)
left join rounds d on d.round_idx = c.round_idx
left join findings f on f.clue_id = c.clue_id
left join rule_methods m on m.rule_id = r.rule_id
left join push_plan p on p.clue_id = c.clue_id
left join teams t on t.team_idx = p.team_idx
where c.enterprise_idx = $enterprise_idx and c.detected_at <= $as_of
order by f.clue_id is null, c.severity, c.detected_at desc, c.clue_id
limit $n
