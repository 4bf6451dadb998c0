-- One clue for its card, with its history in order. Parameter: clue_idx.
select c.clue_id, c.state, c.severity, c.score, c.category, c.pollutant, c.detected_at, c.window_from, c.window_to,
       c.state_since, c.due_at, (c.stages & 64) > 0 as is_overdue, c.cell_id, c.enterprise_idx, e.name as enterprise, e.enterprise_id,
       ru.rule_id, ru.name_zh as rule_zh, ru.name_en as rule_en, r.round_code,
       t.name_zh as team_zh, t.name_en as team_en, c.lon_deg, c.lat_deg,
       county.name_zh as county_zh, county.name_en as county_en, city.name_zh as city_zh, city.name_en as city_en,
       (select list({'at': v.at, 'event': v.event, 'to_state': v.to_state, 'role': v.role} order by v.sequence)
        from clue_events v where v.clue_idx = c.clue_idx) as history,
       pp.why_not, pp.place, pt.name_zh as push_team_zh, pt.name_en as push_team_en, sv.level as supervision_level, sv.is_listed,
       f.onset_at, f.told_date, f.facts, f.rule_version, m.fires_zh, m.fires_en, m.lists_json as lists,
       (select list({'kind': k.kind, 'says': k.says, 'n': k.n, 'value': k.value, 'away_km': k.away_km,
                     'how_zh': h.how_zh, 'how_en': h.how_en} order by h.place)
        from evidence_kinds k join evidence_methods h using (kind) where k.clue_id = c.clue_id) as kinds,
       (select list({'series': s.series, 'time': s.time, 'value': s.value, 'limit': s.limit_value, 'mark': s.mark,
                     'unit': s.unit} order by s.series, s.time)
        from evidence_series s where s.clue_id = c.clue_id) as evidence
from clues c
left join findings f on f.clue_id = c.clue_id
left join push_plan pp on pp.clue_id = c.clue_id
left join teams pt on pt.team_idx = pp.team_idx
left join supervision sv on sv.clue_id = c.clue_id
left join rule_methods m on m.rule_id = (select rule_id from rules x where x.rule_idx = c.rule_idx)
left join enterprises e on e.enterprise_idx = c.enterprise_idx
left join rules ru using (rule_idx)
left join rounds r on r.round_idx = c.round_idx
left join teams t on t.team_idx = c.team_idx
left join places county on county.place_idx = c.county_idx
left join places city on city.place_idx = c.city_idx
where c.clue_idx = $index
