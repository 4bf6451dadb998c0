-- Clues whose last verdict was that there is nothing (discarded or not confirmed), by rule and cause; empty: none was given.
with last_word as (
    select v.clue_idx, max_by(v.cause, v.sequence) as cause, max_by(v.to_state, v.sequence) as verdict
    from clue_events v
    where v.to_state in ('CONFIRMED', 'NOT_CONFIRMED', 'DISCARDED')
    group by v.clue_idx
)
select c.rule_idx, coalesce(w.cause, '') as cause, count(*)::integer as n
from last_word w
join clues c using (clue_idx)
where w.verdict <> 'CONFIRMED' and c.rule_idx <> 255
group by all
order by c.rule_idx, n desc, cause
