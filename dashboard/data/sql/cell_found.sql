-- A cell as it was last high up to a day. Parameters: col, row, product, day. One row, or none.
select h.date as day, county.adcode as county_adcode, city.adcode as city_adcode, r.round_code, h.value, h.unit,
       coalesce(h.n_hot_days, 0)::integer as hot_days, coalesce(h.n_valid_days, 0)::integer as valid_days
from hotspots h
join places county on county.place_idx = h.county_idx
join places city on city.place_idx = h.city_idx
left join rounds r on r.round_idx = h.round_idx
where h.cell_col = $col and h.cell_row = $row and h.product = $product and h.date <= $day
order by h.date desc
limit 1
