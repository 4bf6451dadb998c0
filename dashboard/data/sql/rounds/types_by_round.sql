-- One row a type of problem and round: how many were found. Asks scoped tables.
select p.problem_type as code, c.round_idx, count(*) as problems
from problems p join checks c using (inspection_id)
group by all
order by all
