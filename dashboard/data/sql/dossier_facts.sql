-- What registers say of an enterprise. Parameters: enterprise_idx, as_of.
select kind, fact_id, from_at, to_at, code, detail
from dossier_facts
where enterprise_idx = $enterprise_idx and (from_at is null or from_at <= $as_of)
order by kind, from_at desc nulls last, fact_id
