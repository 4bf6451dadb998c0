-- Dated membership of cities in key-region groups. Days since 1970-01-01, to_day exclusive, 2147483647 while it lasts.
select group_code, name_zh, name_en, city_idx,
       (valid_from - date '1970-01-01')::int as from_day,
       coalesce((valid_to - date '1970-01-01')::int, 2147483647) as to_day
from place_groups
order by group_code, city_idx, valid_from
