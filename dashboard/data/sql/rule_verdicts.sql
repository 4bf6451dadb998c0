-- Clues of each rule by round, those with a verdict of a check, and those confirmed by it.
select rule_idx, round_idx, count(*)::integer as clues,
       count(*) filter (stages & 4 <> 0)::integer as verdicts, count(*) filter (stages & 8 <> 0)::integer as confirmed
from clues
where rule_idx <> 255
group by rule_idx, round_idx
order by rule_idx, round_idx
