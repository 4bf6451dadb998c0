-- Inspections of an enterprise. Parameters: enterprise_idx, as_of.
select k.inspection_id, k.checked_date, r.round_code, t.name_zh as team_zh, t.name_en as team_en, k.mode, k.n_problems, k.n_prominent
from checks k
left join rounds r using (round_idx)
left join teams t using (team_idx)
where k.enterprise_idx = $enterprise_idx and k.checked_date <= $as_of
order by k.checked_date desc, k.inspection_id
