-- Enterprises the push plan suggests, the gravest first: where to begin when nobody is named. Parameter: n.
-- Columns  of the gravest suggested clue: severity, rule, detected_at; team: it would go to; clues: all that are suggested
select e.enterprise_id, e.name, any_value(i.name_zh) as industry_zh, any_value(i.name_en) as industry_en,
       any_value(city.name_zh) as city_zh, any_value(city.name_en) as city_en,
       any_value(county.name_zh) as county_zh, any_value(county.name_en) as county_en,
       count(*) as clues, min(c.severity) as severity,
       arg_min(r.rule_id, (c.severity, -c.score)) as rule_id, arg_min(r.name_zh, (c.severity, -c.score)) as rule_zh,
       arg_min(r.name_en, (c.severity, -c.score)) as rule_en,
       arg_min(c.detected_at, (c.severity, -c.score)) as detected_at,
       arg_min(t.name_zh, (c.severity, -c.score)) as team_zh, arg_min(t.name_en, (c.severity, -c.score)) as team_en
from push_plan p
join clues c on c.clue_id = p.clue_id
join rules r on r.rule_idx = c.rule_idx
join enterprises e on e.enterprise_idx = c.enterprise_idx
left join teams t on t.team_idx = p.team_idx
left join industries i on i.industry_idx = e.industry_idx
left join places city on city.place_idx = e.city_idx
left join places county on county.place_idx = e.county_idx
where p.why_not is null
group by e.enterprise_id, e.name
order by min(c.severity), max(c.score) desc, e.enterprise_id
limit $n
