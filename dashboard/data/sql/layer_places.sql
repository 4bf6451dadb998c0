-- Divisions, one row per place_idx in order. level: 0 province, 1 city, 2 county. parent -1 for a province.
-- Positions in 1e-2 degree: they place labels and views, nothing is measured with them.
select place_idx, adcode, level, short_name_zh, name_zh, name_en, parent_idx,
       round(lon_deg * 100)::smallint as lon, round(lat_deg * 100)::smallint as lat,
       floor(min_lon * 100)::smallint as west, floor(min_lat * 100)::smallint as south,
       ceil(max_lon * 100)::smallint as east, ceil(max_lat * 100)::smallint as north
from places
order by place_idx
