-- Clues in scope as they stand now, for programs. Parameters: all of a filter state; clue_id: this one alone, null for all.
-- Grain    one row per clue
select c.clue_id, c.clue_idx, c.rule_id, ru.name_zh as rule_zh, ru.name_en as rule_en, c.category, c.pollutant,
       c.severity::integer as severity, c.state, c.version::integer as version, c.score, e.enterprise_id,
       e.name as enterprise, i.code as industry, c.cell_id, c.city_adcode, city.name_zh as city_zh, city.name_en as city_en,
       c.county_adcode, county.name_zh as county_zh, county.name_en as county_en, r.round_code, c.team_code,
       c.detected_at, c.state_since, c.due_at, c.lon_deg, c.lat_deg, c.origin
from clues_now c
left join enterprises e on e.enterprise_idx = c.enterprise_idx
left join industries i on i.industry_idx = c.industry_idx
left join places county on county.place_idx = c.county_idx
left join places city on city.place_idx = c.city_idx
left join rounds r on r.round_idx = c.round_idx
left join rules ru on ru.rule_id = c.rule_id
where among($cities, c.city_idx) and among($counties, c.county_idx) and among($industries, c.industry_idx)
  and in_group($group_code, c.city_idx, c.detected_date)
  and within($west, $south, $east, $north, c.lon_deg, c.lat_deg)
  and among($rounds, c.round_idx) and between_days($from_date, $to_date, c.detected_date)
  and ($pollutant is null or c.pollutant = $pollutant)
  and among($categories, c.category) and among($rules, c.rule_id)
  and among($states, c.state) and among($severities, c.severity)
  and ($clue_id is null or c.clue_id = $clue_id)
