-- Clues in scope by city, those of a condition.  Grain  one row per city
select city_idx, count(*) as n from scoped where {cohort} group by city_idx order by n desc, city_idx
