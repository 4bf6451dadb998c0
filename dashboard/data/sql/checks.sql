-- Checks in scope by city and round: the figures of the region x round panel.
-- Parameters: cities, counties, group_code, industries, rounds, days, extent.
-- Enterprises are counted once per city and round, however often they were checked.
select p.name_zh as province_zh, p.name_en as province_en, city.name_zh as city_zh, city.name_en as city_en, r.round_code,
       count(distinct c.enterprise_idx) as enterprises_checked,
       count(*) as checks,
       count(distinct c.enterprise_idx) filter (c.n_problems > 0) as enterprises_with_problems,
       sum(c.n_problems)::int as problems, sum(c.n_prominent)::int as prominent_problems
from checks c
join rounds r on r.round_idx = c.round_idx
join enterprises e on e.enterprise_idx = c.enterprise_idx
left join places city on city.place_idx = c.city_idx
left join places p on p.place_idx = city.parent_idx
where among($cities, c.city_idx) and among($counties, c.county_idx) and among($industries, c.industry_idx)
  and in_group($group_code, c.city_idx, c.checked_date)
  and within($west, $south, $east, $north, e.lon_deg, e.lat_deg)
  and among($rounds, c.round_idx) and between_days($from_date, $to_date, c.checked_date)
group by all
