-- Clues as they stand now, for columns that a browser has: one row per clue of `ids` that is here.
-- Parameter: ids. Columns: clue_id, clue_idx, origin, version, and those of layer_clues.sql but with its own position.
select c.clue_id, c.clue_idx, c.origin, c.version, c.enterprise_idx as enterprise, c.lon_deg as lon, c.lat_deg as lat,
       c.county_idx as county, c.city_idx as city, c.industry_idx as industry, c.rule_idx as rule, c.severity,
       c.round_idx as round, (c.detected_date - date '1970-01-01')::usmallint as day,
       coalesce(list_position(['PM', 'SO2', 'NOx', 'PM25', 'PM10', 'CO', 'HCHO'], c.pollutant), 0)::utinyint as pollutant,
       list_position(['IDENTIFIED', 'SCREENED', 'PUSHED', 'RETURNED', 'ACCEPTED', 'CHECKING', 'SUSPENDED', 'CONFIRMED',
                      'RECTIFYING', 'RECHECK', 'E_SUPERVISED', 'LISTED_SUPERVISED', 'RELAPSED', 'CLOSED',
                      'NOT_CONFIRMED', 'DISCARDED', 'MERGED'], c.state)::utinyint as state,
       list_position(['cems', 'power', 'emergency', 'permit', 'complaint', 'satellite', 'microstation', 'air_quality'],
                     c.category)::utinyint as category,
       c.stages
from clues_now c
where list_contains($ids, c.clue_id)
order by c.clue_idx
