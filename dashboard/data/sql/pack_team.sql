-- A team and its base: the middle of its city. Parameter: team_code.
select t.team_idx, t.team_code, t.name_zh, t.name_en, p.name_zh as base_zh, p.name_en as base_en, p.lon_deg, p.lat_deg
from teams t
left join places p on p.level = 1 and p.adcode = t.city_adcode
where t.team_code = $team_code
