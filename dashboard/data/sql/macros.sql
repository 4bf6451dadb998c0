-- Words the other questions are written in. An empty choice (null) restricts nothing.
create macro among(chosen, x) as (chosen is null or list_contains(chosen, x));

create macro in_group(chosen, city, day) as (
    chosen is null or exists (
        select 1 from place_groups g
        where g.group_code = chosen and g.city_idx = city
          and day >= g.valid_from and (g.valid_to is null or day < g.valid_to)));

create macro within(west, south, east, north, lon, lat) as (
    west is null or (lon between west and east and lat between south and north));

create macro between_days(first_day, last_day, day) as (
    (first_day is null or day >= first_day) and (last_day is null or day <= last_day));
