-- One row a round: how far its clues came, and the hours from detection to push, to the visit and to the close.
-- Medians are of those that got there; n_* tells how many that were. Asks scoped tables.
with times as (
    select clue_idx,
           min("at") filter (to_state = 'PUSHED') as pushed_at,
           min("at") filter (to_state = 'CHECKING') as visited_at,
           min("at") filter (to_state = 'CLOSED') as closed_at
    from clue_events
    group by clue_idx
),
hours as (
    select k.round_idx, k.stages, k.state,
           date_diff('minute', k.detected_at, t.pushed_at) / 60.0 as to_push_h,
           date_diff('minute', k.detected_at, t.visited_at) / 60.0 as to_visit_h,
           date_diff('minute', k.detected_at, t.closed_at) / 60.0 as to_close_h
    from clues k left join times t using (clue_idx)
    where k.round_idx <> 255
)
select round_idx,
       count(*) as clues,
       count(*) filter (stages & 1 > 0) as pushed,
       count(*) filter (stages & 4 > 0) as verdict,
       count(*) filter (stages & 8 > 0) as confirmed,
       count(*) filter (stages & 16 > 0) as fixed,
       count(to_push_h) as n_push, median(to_push_h) as push_h,
       count(to_visit_h) as n_visit, median(to_visit_h) as visit_h,
       count(to_close_h) as n_close, median(to_close_h) as close_h, quantile_cont(to_close_h, 0.9) as close_p90_h,
       count(*) filter (stages & 1 > 0 and to_close_h is null and state not in ('DISCARDED', 'MERGED')) as still_open
from hours
group by round_idx
order by round_idx
