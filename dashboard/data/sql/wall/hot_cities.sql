-- High-value cells by city and age: of each cell the newest sighting up to the day $end, as the map shows them.
-- Parameters  product, end, cities, counties, group_code.  Grain  one row per city (65535: in none)
-- Columns     fresh: seen within 3 days; ageing: within 10; expired: within 20
select city_idx,
       count(*) filter (age <= 3) as fresh,
       count(*) filter (age > 3 and age <= 10) as ageing,
       count(*) filter (age > 10) as expired
from (
    select arg_max(city_idx, date) as city_idx, $end::date - max(date) as age
    from hotspots h
    where product = $product and date <= $end::date and date >= $end::date - 20
      and among($cities, h.city_idx) and among($counties, h.county_idx) and in_group($group_code, h.city_idx, h.date)
    group by cell_col, cell_row
)
group by city_idx
order by fresh desc, ageing desc, city_idx
