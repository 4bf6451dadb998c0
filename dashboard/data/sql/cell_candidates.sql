-- Enterprises near a position, nearest first, key sources before others at like distance. Parameters: lon, lat (degrees),
-- reach_km, n. Columns: distance_km; bearing_deg from the position to the enterprise; open_clues of it.
with near as (
    select e.*, 111.2 * (e.lat_deg - $lat) as north_km, 111.2 * cos(radians($lat)) * (e.lon_deg - $lon) as east_km
    from enterprises e
    where e.lat_deg between $lat - $reach_km / 111.2 and $lat + $reach_km / 111.2
)
select n.enterprise_id, n.enterprise_idx, n.name, n.lon_deg, n.lat_deg, n.is_key_source, i.name_zh as industry_zh,
       i.name_en as industry_en, sqrt(north_km ^ 2 + east_km ^ 2) as distance_km,
       (degrees(atan2(east_km, north_km)) + 360) % 360 as bearing_deg,
       (select count(*) from clues c where c.enterprise_idx = n.enterprise_idx
        and c.state not in ('CLOSED', 'DISCARDED', 'MERGED'))::integer as open_clues
from near n
left join industries i on i.industry_idx = n.industry_idx
where sqrt(north_km ^ 2 + east_km ^ 2) <= $reach_km
order by distance_km - case when n.is_key_source then 1 else 0 end, n.enterprise_id
limit $n
