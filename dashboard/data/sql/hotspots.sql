-- High-value cells in scope, one row per cell, product and day. Parameters: cities, counties, group_code, rounds, days, extent.
select h.product, h.date, h.cell_col, h.cell_row, h.value, h.unit, h.ring, h.ring_z, h.n_valid_days, h.n_hot_days,
       h.persists, h.native_km,
       county.name_zh as county_zh, county.name_en as county_en, city.name_zh as city_zh, city.name_en as city_en,
       r.round_code, h.lon_deg, h.lat_deg
from hotspots h
left join places county on county.place_idx = h.county_idx
left join places city on city.place_idx = h.city_idx
left join rounds r on r.round_idx = h.round_idx
where among($cities, h.city_idx) and among($counties, h.county_idx)
  and in_group($group_code, h.city_idx, h.date)
  and within($west, $south, $east, $north, h.lon_deg, h.lat_deg)
  and among($rounds, h.round_idx) and between_days($from_date, $to_date, h.date)
