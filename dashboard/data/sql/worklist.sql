-- Clues in scope as they stand now, one row per clue, numbers only: names are looked up for the rows that are shown.
-- Parameters: all of a filter state; now, register_now: wall times by which clocks of the
-- casebook and of the register are read; q: text to find (lower case, null for all); view_states: states of the view, null
-- for all; is_overdue_only, is_unassigned_only; persons, names: whose
-- clues, by ids of persons, and by names where only a name is on record; both null for everybody's;
-- cohort: the only clues wanted, null for all.
-- Each condition is a line of its own: one that restricts nothing is left out (worklist.py).
with clocks as (
    select c.*, date_diff('second', c.due_at, case when c.version = 0 then $register_now else $now end) / 3600.0 as past_h
    from clues_now c
),
standing as (
    select c.* exclude (past_h),
           coalesce(past_h > 0, false) and not c.clock_stopped
           and c.state not in ('CLOSED', 'DISCARDED', 'MERGED') as is_overdue,
           case when is_overdue then past_h end as late_hours
    from clocks c
)
select s.*
from standing s
where true
  and among($cities, s.city_idx)
  and among($counties, s.county_idx)
  and among($industries, s.industry_idx)
  and in_group($group_code, s.city_idx, s.detected_date)
  and within($west, $south, $east, $north, s.lon_deg, s.lat_deg)
  and among($rounds, s.round_idx)
  and between_days($from_date, $to_date, s.detected_date)
  and s.pollutant = $pollutant
  and among($categories, s.category)
  and among($rules, s.rule_id)
  and among($states, s.state)
  and among($severities, s.severity)
  and (starts_with(s.clue_id, $q) or lower(s.cell_id) = $q or s.enterprise_idx in (select n.enterprise_idx from live.names n where contains(n.name, $q)))
  and among($view_states, s.state)
  and ($is_overdue_only and s.is_overdue)
  and ($is_unassigned_only and s.assignee is null and s.state not in ('CLOSED', 'DISCARDED', 'MERGED'))
  and (list_contains($persons, s.assignee_person) or (s.assignee_person is null and list_contains($names, s.assignee)))
  and s.clue_id in (select unnest($cohort::varchar[]))
