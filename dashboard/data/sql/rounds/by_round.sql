-- One row a round, a round and province, and a round and city: what was checked and found there. Asks scoped tables.
-- by_clue: of checks at enterprises that had been pushed as a clue before in that round; the others people chose.
-- level: 9 all, 0 province, 1 city; place_idx is of that level, 65535 where the county is not mapped.
with places_of as (
    select place_idx as city_idx, coalesce(parent_idx, 65535)::int as province_idx from places where level = 1
),
pushed as (
    select k.enterprise_idx, k.round_idx, min(e."at") as pushed_at
    from clues k join clue_events e using (clue_idx)
    where e.to_state = 'PUSHED' and k.enterprise_idx >= 0
    group by all
),
marked as (
    select c.*, coalesce(p.province_idx, 65535) as province_idx,
           coalesce(q.pushed_at < c.checked_date + interval 1 day, false) as is_by_clue
    from checks c
    left join places_of p on p.city_idx = c.city_idx
    left join pushed q on q.enterprise_idx = c.enterprise_idx and q.round_idx = c.round_idx
)
select round_idx,
       case grouping(province_idx, city_idx) when 3 then 9 when 1 then 0 else 1 end as level,
       coalesce(city_idx, province_idx, 65535)::int as place_idx,
       count(distinct enterprise_idx) as checked,
       count(*) as checks,
       count(distinct enterprise_idx) filter (n_problems > 0) as with_problems,
       sum(n_problems)::bigint as problems,
       sum(n_prominent)::bigint as prominent,
       count(*) filter (is_by_clue) as checks_by_clue,
       coalesce(sum(n_problems) filter (is_by_clue), 0)::bigint as problems_by_clue,
       coalesce(sum(n_prominent) filter (is_by_clue), 0)::bigint as prominent_by_clue,
       count(*) filter (mode = 'offsite') as checks_offsite,
       coalesce(sum(n_problems) filter (mode = 'offsite'), 0)::bigint as problems_offsite,
       count(distinct (team_idx, checked_date)) filter (team_idx <> 255) as team_days
from marked
group by grouping sets ((round_idx), (round_idx, province_idx), (round_idx, city_idx))
order by round_idx, level, place_idx
