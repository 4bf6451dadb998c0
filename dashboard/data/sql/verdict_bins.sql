-- Clues with a verdict of a check by tenths of their score: how many, how many confirmed, their mean score.
select least(floor(score * 10), 9)::integer as bin, count(*)::integer as n,
       count(*) filter (stages & 8 <> 0)::integer as n_true, avg(score) as mean_score
from clues
where stages & 4 <> 0
group by all
order by bin
