-- Problems found at an enterprise. Parameters: enterprise_idx, as_of.
select p.problem_id, p.found_date, p.problem_type, p.is_prominent, r.round_code
from problems p
left join rounds r on r.round_idx = p.round_idx
where p.enterprise_idx = $enterprise_idx and p.found_date <= $as_of
order by p.found_date desc, p.problem_id
