-- One enterprise as its dossier names it. Parameter: enterprise_id.
select e.enterprise_idx, e.enterprise_id, e.name, e.uscc, e.permit_no, e.n_outlets, e.is_key_source, e.coordinate_status,
       e.lon_deg, e.lat_deg, e.city_idx, i.code as industry_code, i.name_zh as industry_zh, i.name_en as industry_en,
       county.name_zh as county_zh, county.name_en as county_en, city.name_zh as city_zh, city.name_en as city_en
from enterprises e
left join industries i using (industry_idx)
left join places county on county.place_idx = e.county_idx
left join places city on city.place_idx = e.city_idx
where e.enterprise_id = $enterprise_id
