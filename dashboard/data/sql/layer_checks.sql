-- Checks of enterprises, one row per inspection. day: since 1970-01-01.
select enterprise_idx as enterprise, round_idx as round, county_idx as county, city_idx as city, industry_idx as industry,
       (checked_date - date '1970-01-01')::usmallint as day, n_problems as problems, n_prominent as prominent
from checks
order by round_idx, enterprise_idx, inspection_id
