-- Enterprises in scope, one row per enterprise. Parameters: cities, counties, group_code, as_of, industries, extent.
select e.enterprise_id, e.name as enterprise, e.uscc, e.permit_no, i.code as industry,
       county.name_zh as county_zh, county.name_en as county_en, city.name_zh as city_zh, city.name_en as city_en,
       e.is_key_source, e.n_outlets, e.coordinate_status, e.lon_deg, e.lat_deg
from enterprises e
left join industries i on i.industry_idx = e.industry_idx
left join places county on county.place_idx = e.county_idx
left join places city on city.place_idx = e.city_idx
where among($cities, e.city_idx) and among($counties, e.county_idx) and among($industries, e.industry_idx)
  and in_group($group_code, e.city_idx, $as_of::date)
  and within($west, $south, $east, $north, e.lon_deg, e.lat_deg)
