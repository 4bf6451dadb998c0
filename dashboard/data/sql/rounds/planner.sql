-- One row a city that any key region lists on $day: what speaks for and against going there next. Asks scoped tables.
-- pm25_ug_m3: mean of the last $days days of data; hot_cells: cells high in PM2.5 in those days; observed: share of cells
-- seen; relapsed, unclosed: clues; visits: checks in the last $rounds_back rounds per 100 enterprises of the register.
with members as (
    select distinct city_idx from place_groups
    where valid_from <= $day and (valid_to is null or $day < valid_to)
),
air as (
    select city_idx, avg("value") as pm25_ug_m3, count(*) as air_days
    from ambient_daily where pollutant = 'PM25' and date > $day::date - $days::int
    group by city_idx
),
hot as (
    select city_idx, count(distinct (cell_col, cell_row)) as hot_cells
    from hotspots where product = 'PM25' and date > $day::date - $days::int
    group by city_idx
),
seen as (
    select city_idx, sum(n_observed) / nullif(sum(n_cells), 0) as observed
    from coverage where product = 'PM25' and date > $day::date - $days::int
    group by city_idx
),
loose as (
    select city_idx, count(*) filter (state = 'RELAPSED') as relapsed,
           count(*) filter (stages & 8 > 0 and state not in ('CLOSED', 'DISCARDED', 'MERGED')) as unclosed
    from clues group by city_idx
),
known as (
    select city_idx, count(*) as enterprises from enterprises group by city_idx
),
visited as (
    select city_idx, count(*) as checks, max(round_idx) as last_round_idx
    from checks where round_idx > (select max(round_idx) from checks) - $rounds_back::int
    group by city_idx
)
select m.city_idx, air.pm25_ug_m3, air.air_days, coalesce(hot.hot_cells, 0) as hot_cells, seen.observed,
       coalesce(loose.relapsed, 0) as relapsed, coalesce(loose.unclosed, 0) as unclosed,
       coalesce(visited.checks, 0) as checks, visited.last_round_idx, coalesce(known.enterprises, 0) as enterprises,
       100.0 * coalesce(visited.checks, 0) / nullif(known.enterprises, 0) as visits
from members m
left join air using (city_idx)
left join hot using (city_idx)
left join seen using (city_idx)
left join loose using (city_idx)
left join visited using (city_idx)
left join known using (city_idx)
order by m.city_idx
