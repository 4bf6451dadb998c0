-- Hot cells whose middle is within the distance of the enterprise: per product and day the nearest.
-- Parameters: lon, lat, dlon, dlat (a box around it), km, as_of.
with near as (
    select product, date, value, unit, cell_col, cell_row, native_km,
           111.19 * sqrt(pow(lat_deg - $lat, 2) + pow((lon_deg - $lon) * cos(radians($lat)), 2)) as distance_km
    from hotspots
    where lon_deg between $lon - $dlon and $lon + $dlon and lat_deg between $lat - $dlat and $lat + $dlat and date < $as_of)
select product, date, min(distance_km) as distance_km, max(value) as value, replace(any_value(unit), 'ug/m3', 'µg/m³') as unit, count(*) as cells
from near
where distance_km <= $km
group by product, date
order by product, date
