-- Clues, one row per clue_idx in order. lon/lat 0 where the clue stands where its enterprise does.
-- day: since 1970-01-01. stages: bit mask of docs/snapshot.md. state by name.
select c.enterprise_idx as enterprise,
       (case when e.lon_deg = c.lon_deg and e.lat_deg = c.lat_deg then 0 else c.lon_deg end)::float as lon,
       (case when e.lon_deg = c.lon_deg and e.lat_deg = c.lat_deg then 0 else c.lat_deg end)::float as lat,
       c.county_idx as county, c.city_idx as city, c.industry_idx as industry, rule_idx as rule, severity, round_idx as round,
       (detected_date - date '1970-01-01')::usmallint as day,
       coalesce(list_position(['PM', 'SO2', 'NOx', 'PM25', 'PM10', 'CO', 'HCHO'], pollutant), 0)::utinyint as pollutant,
       list_position(['IDENTIFIED', 'SCREENED', 'PUSHED', 'RETURNED', 'ACCEPTED', 'CHECKING', 'SUSPENDED', 'CONFIRMED',
                      'RECTIFYING', 'RECHECK', 'E_SUPERVISED', 'LISTED_SUPERVISED', 'RELAPSED', 'CLOSED',
                      'NOT_CONFIRMED', 'DISCARDED', 'MERGED'], state)::utinyint as state,
       list_position(['cems', 'power', 'emergency', 'permit', 'complaint', 'satellite', 'microstation', 'air_quality'],
                     category)::utinyint as category,
       stages
from clues c
left join enterprises e on e.enterprise_idx = c.enterprise_idx
order by clue_idx
