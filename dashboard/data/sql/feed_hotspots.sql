-- High-value cells in scope, for programs. Parameters: cities, counties, group_code, extent, rounds, days; product, null for all.
-- Grain    one row per cell, product and day
select h.product, h.date, h.cell_row::integer as cell_row, h.cell_col::integer as cell_col, h.value, h.unit, h.native_km,
       h.n_valid_days::integer as n_valid_days, h.n_hot_days::integer as n_hot_days, h.ring::integer as ring, h.ring_z,
       h.persists, city.adcode as city_adcode, city.name_zh as city_zh, city.name_en as city_en,
       county.adcode as county_adcode, county.name_zh as county_zh, county.name_en as county_en, r.round_code
from hotspots h
left join places county on county.place_idx = h.county_idx
left join places city on city.place_idx = h.city_idx
left join rounds r on r.round_idx = h.round_idx
where among($cities, h.city_idx) and among($counties, h.county_idx)
  and in_group($group_code, h.city_idx, h.date)
  and within($west, $south, $east, $north, h.lon_deg, h.lat_deg)
  and among($rounds, h.round_idx) and between_days($from_date, $to_date, h.date)
  and ($product is null or h.product = $product)
