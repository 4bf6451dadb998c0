-- One row a team: what it checked and found in the span. Asks scoped tables.
select c.team_idx, t.team_code as code, t.name_zh, t.name_en, count(*) as checks,
       count(distinct (c.round_idx, c.enterprise_idx)) as checked, sum(c.n_problems)::bigint as problems,
       sum(c.n_prominent)::bigint as prominent, count(distinct c.checked_date) as days
from checks c join teams t using (team_idx)
group by all
order by checks desc, c.team_idx
