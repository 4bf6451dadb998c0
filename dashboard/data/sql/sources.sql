-- The catalogue with what arrived, one row per category; days as one list of [day since 1970-01-01, rows].
select c.*, coalesce(d.days, []) as days
from categories c
left join (
    select code, list([(date - date '1970-01-01')::bigint, rows] order by date) as days from category_days group by code
) d using (code)
order by code
