-- Enterprises, one row per enterprise_idx in order. lon/lat NaN where unknown; county 65535 where not mapped.
select coalesce(lon_deg, 'nan'::double)::float as lon, coalesce(lat_deg, 'nan'::double)::float as lat,
       county_idx as county, city_idx as city, industry_idx as industry
from enterprises
order by enterprise_idx
