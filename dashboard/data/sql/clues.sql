-- Clues in scope, one row per clue, in words. Parameters: all of a filter state.
select c.clue_id, c.clue_idx, c.rule_idx, c.severity, c.state, c.stages, c.score, c.pollutant, c.category,
       e.name as enterprise, e.enterprise_id, i.code as industry, i.name_zh as industry_zh, i.name_en as industry_en,
       county.place_idx as county_idx, county.name_zh as county_zh, county.name_en as county_en,
       city.name_zh as city_zh, city.name_en as city_en, r.round_code, t.team_code, t.name_zh as team_zh, t.name_en as team_en,
       c.cell_id, c.detected_at, c.state_since, c.due_at, c.lon_deg, c.lat_deg, ru.rule_id, ru.name_zh as rule_zh,
       ru.name_en as rule_en
from clues c
left join enterprises e on e.enterprise_idx = c.enterprise_idx
left join industries i on i.industry_idx = c.industry_idx
left join places county on county.place_idx = c.county_idx
left join places city on city.place_idx = c.city_idx
left join rounds r on r.round_idx = c.round_idx
left join teams t on t.team_idx = c.team_idx
left join rules ru on ru.rule_idx = c.rule_idx
where among($cities, c.city_idx) and among($counties, c.county_idx) and among($industries, c.industry_idx)
  and in_group($group_code, c.city_idx, c.detected_date)
  and within($west, $south, $east, $north, c.lon_deg, c.lat_deg)
  and among($rounds, c.round_idx) and between_days($from_date, $to_date, c.detected_date)
  and ($pollutant is null or c.pollutant = $pollutant)
  and among($categories, c.category) and among($rules, ru.rule_id)
  and among($states, c.state) and among($severities, c.severity)
