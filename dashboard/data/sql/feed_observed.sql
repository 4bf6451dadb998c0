-- What the satellites saw by product and day: without it, no high-value cell and no look at it would be the same.
-- Parameters: those of feed_hotspots.sql. Coverage is told by city: a county is answered by its city, the extent does not cut it.
-- Grain    one row per product and day; active fires have no grid, so none where there was no fire
with seen as (
    select d.product, d.date, sum(d.n_cells)::bigint as cells, sum(d.n_observed)::bigint as observed
    from coverage d
    where among($cities, d.city_idx) and in_group($group_code, d.city_idx, d.date)
      and ($counties is null or d.city_idx in (
          select parent_idx from places where list_contains($counties, place_idx)))
      and between_days($from_date, $to_date, d.date)
      and ($rounds is null or exists (
          select 1 from rounds r
          where list_contains($rounds, r.round_idx) and d.date >= r.from_date and d.date < r.to_date))
      and ($product is null or d.product = $product)
    group by d.product, d.date
),
high as (select product, date, count(*)::bigint as high from ({hotspots}) group by product, date)
select product, date, coalesce(cells, 0) as cells, coalesce(observed, 0) as observed,
       coalesce(cells - observed, 0) as not_observed, coalesce(high, 0) as high,
       case when coalesce(high, 0) > 0 then 'high' when coalesce(cells, 0) = 0 then 'no_grid'
            when observed = 0 then 'not_observed' else 'none_high' end as says
from seen full join high using (product, date)
