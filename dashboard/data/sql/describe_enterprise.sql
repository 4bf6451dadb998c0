-- One enterprise for its card. Parameter: enterprise_idx.
select e.name, e.enterprise_id, e.uscc, e.permit_no, i.name_zh as industry_zh, i.name_en as industry_en,
       county.name_zh as county_zh, county.name_en as county_en, city.name_zh as city_zh, city.name_en as city_en,
       e.is_key_source, e.n_outlets, e.coordinate_status, e.lon_deg, e.lat_deg,
       (select count(*) from clues c where c.enterprise_idx = e.enterprise_idx) as n_clues,
       (select count(*) from checks k where k.enterprise_idx = e.enterprise_idx) as n_checks,
       (select coalesce(sum(k.n_problems), 0)::int from checks k where k.enterprise_idx = e.enterprise_idx) as n_problems,
       (select coalesce(sum(k.n_prominent), 0)::int from checks k where k.enterprise_idx = e.enterprise_idx) as n_prominent
from enterprises e
left join industries i using (industry_idx)
left join places county on county.place_idx = e.county_idx
left join places city on city.place_idx = e.city_idx
where e.enterprise_idx = $index
