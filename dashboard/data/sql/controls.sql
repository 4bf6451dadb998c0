-- Verdicts of random control checks against those of the clues pushed by rules.
-- Grain    one row per rule, one for the rules together and one for the control group; rule_id null but for a rule
SELECT
    CASE WHEN is_control THEN 'control' WHEN GROUPING(rule_id) = 1 THEN 'rules' ELSE 'rule' END AS of,
    rule_id,
    COUNT(*) FILTER (is_pushed) AS pushed,
    COUNT(*) FILTER (is_checked) AS checked,
    COUNT(*) FILTER (is_confirmed) AS confirmed
FROM (
    SELECT s.*, r.rule_id, list_contains($control, s.clue_id) AS is_control
    FROM scoped s LEFT JOIN rules r ON r.rule_idx = s.rule_idx
)
GROUP BY GROUPING SETS ((is_control), (is_control, rule_id))
HAVING NOT (is_control AND GROUPING(rule_id) = 0)
ORDER BY of, rule_id
