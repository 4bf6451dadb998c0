-- High-value cells of the 3 km grid of one round (255: outside any round). day: since 1970-01-01.
-- product: 1 PM25, 2 NO2, 3 HCHO, 4 FIRE. level: strength for drawing, 0-255. native_km: edge of the pixel it was seen in.
-- ring: R29's test that day, 4 passed, 3 regional episode, 2 not above its ring, 1 ring too little observed, 0 not tested;
-- ring_z: NaN where not tested. valid_days, hot_days: the days that count, and of them those that passed.
select list_position(['PM25', 'NO2', 'HCHO', 'FIRE'], product)::utinyint as product,
       (date - date '1970-01-01')::usmallint as day, cell_col as col, cell_row as row, level, value,
       n_valid_days as valid_days, n_hot_days as hot_days,
       ring, coalesce(ring_z, 'nan'::float) as ring_z, persists::utinyint as persists, native_km, county_idx as county, city_idx as city
from hotspots
where round_idx = $round_idx
order by product, date, cell_row, cell_col
