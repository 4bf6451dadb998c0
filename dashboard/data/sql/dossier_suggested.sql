-- Enterprises the push plan suggests, the gravest first: where to begin when nobody is named. Parameter: n.
select e.enterprise_id, e.name, any_value(i.name_zh) as industry_zh, any_value(i.name_en) as industry_en,
       any_value(city.name_zh) as city_zh, any_value(city.name_en) as city_en
from push_plan p
join clues c on c.clue_id = p.clue_id
join enterprises e on e.enterprise_idx = c.enterprise_idx
left join industries i on i.industry_idx = e.industry_idx
left join places city on city.place_idx = e.city_idx
where p.why_not is null
group by e.enterprise_id, e.name
order by min(c.severity), max(c.score) desc, e.enterprise_id
limit $n
