-- One row a number of visits: how many enterprises were checked that often in the span, and found with nothing every time.
with visits as (
    select enterprise_idx, count(*) as n, sum(n_problems) as problems from checks group by enterprise_idx
)
select least(n, 5) as visits, count(*) as enterprises, count(*) filter (problems = 0) as nothing_found
from visits
group by 1
order by 1
