-- Exposure and yield by product, day and city: cells of the grid, cells observed, cells found high.
-- product: 1 PM25, 2 NO2, 3 HCHO, 4 FIRE. day: since 1970-01-01. Active fires have no grid to be observed: cells 0.
select list_position(['PM25', 'NO2', 'HCHO', 'FIRE'], product)::utinyint as product,
       (date - date '1970-01-01')::usmallint as day, city_idx as city,
       coalesce(c.n_cells, 0)::uinteger as cells, coalesce(c.n_observed, 0)::uinteger as observed,
       coalesce(h.n_hot, 0)::uinteger as hot
from (select product, date, city_idx, n_cells, n_observed from coverage) c
full join (select product, date, city_idx, count(*) as n_hot from hotspots group by all) h using (product, date, city_idx)
order by product, day, city
