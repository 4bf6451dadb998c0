-- What the casebook must remember of one clue of the snapshot. Parameter: clue_id. One row.
select c.clue_id, coalesce(ru.rule_id, 'NONE') as rule_id, coalesce(f.rule_version, m.version, '1') as rule_version,
       c.severity::integer as severity, e.enterprise_id, e.name as enterprise_name, c.cell_id,
       city.adcode as city_adcode, county.adcode as county_adcode, r.round_code, t.team_code,
       c.pollutant, c.category, c.lon_deg, c.lat_deg, c.window_from, c.window_to, c.detected_at, c.score,
       c.state as opened_state, c.state_since as opened_since, c.due_at as opened_due_at,
       (select coalesce(max(v.sequence), 0) from clue_events v where v.clue_id = c.clue_id)::integer as opened_sequence
from clues c
left join findings f on f.clue_id = c.clue_id
left join rules ru on ru.rule_idx = c.rule_idx
left join rule_methods m on m.rule_id = ru.rule_id
left join enterprises e on e.enterprise_idx = c.enterprise_idx
left join places city on city.place_idx = c.city_idx
left join places county on county.place_idx = c.county_idx
left join rounds r on r.round_idx = c.round_idx
left join teams t on t.team_idx = c.team_idx
where c.clue_id = $clue_id
