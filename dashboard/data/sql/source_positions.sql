-- Faults of positions, how many enterprises have each, how many of them with a suggestion, and how sure on the whole.
select problem, count(*)::integer as count, count(suggested_lon_deg)::integer as suggested,
       avg(confidence)::double as confidence
from positions_to_fix
group by problem
order by count desc, problem
