-- How much of the grid was observed in the ten days up to $end, and the last day on which anything was.
-- Parameters  product, end, cities, counties, group_code.  Grain  one row
select coalesce(sum(n_cells), 0)::bigint as cells, coalesce(sum(n_observed), 0)::bigint as observed,
       max(date) filter (n_observed > 0) as last_day
from coverage c
where product = $product and date <= $end::date and date >= $end::date - 10
  and among($cities, c.city_idx) and in_group($group_code, c.city_idx, c.date)
  and ($counties is null or c.city_idx in (select parent_idx from places where list_contains($counties, place_idx)))
