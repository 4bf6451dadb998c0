-- Some rows of the list in its order; `total` says how many there are in all. Few joins: planning them is the cost.
-- {list}: worklist.sql; {keys}: what the order needs; {names}: where it needs names; {order}: the order.
-- Parameters: those of the list; n, start: how many rows, from which.
with found as materialized (
    select s.clue_idx, s.clue_id, s.is_overdue, s.late_hours{keys} from ({list}) s {names}
),
page as (
    select clue_idx, is_overdue, late_hours, row_number() over () as place
    from (from found order by {order} limit $n offset $start)
)
select c.*, p.is_overdue, p.late_hours, (select count(*) from found) as total, e.name as enterprise, e.enterprise_id
from page p
join clues_now c on c.clue_idx = p.clue_idx
left join enterprises e on e.enterprise_idx = c.enterprise_idx
order by p.place
