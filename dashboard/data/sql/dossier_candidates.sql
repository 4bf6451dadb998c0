-- Hot areas for which the enterprise is one of the candidates of the attribution (R31). Parameters: pattern, as_of.
select f.clue_id, f.cell_id, f.pollutant, f.window_from, f.window_to, f.facts
from findings f
where f.rule_id = 'R31' and f.facts like $pattern and f.detected_at <= $as_of
order by f.window_to desc, f.clue_id
limit 20
