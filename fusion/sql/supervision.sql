-- Findings that suggest electronic supervision (电子督办), and among them those that suggest listing (挂牌督办).
-- Grain    one row per finding
-- Columns  level: of R12 as told; of R18 red beyond a monthly count, orange else; of R28 red after two relapses
WITH told AS (
    SELECT clue_id, rule_id, enterprise_id, outlet_id, pollutant, onset_at,
           CASE
               WHEN rule_id = 'R12' THEN JSON_EXTRACT_STRING(facts, '$.level')
               WHEN rule_id = 'R18' AND JSON_EXTRACT_STRING(facts, '$.is_over_month') = 'true' THEN 'red'
               WHEN rule_id = 'R18' THEN 'orange'
               WHEN rule_id = 'R28' AND JSON_EXTRACT_STRING(facts, '$.for_listed_supervision') = 'true' THEN 'red'
               WHEN rule_id = 'R28' THEN 'orange'
           END AS level
    FROM findings
    WHERE rule_id IN ('R12', 'R18', 'R28') AND severity < 3
)
SELECT clue_id, rule_id, enterprise_id, outlet_id, pollutant, onset_at, level,
       LIST_CONTAINS($order_levels, level) AS is_order,
       LIST_CONTAINS($listed_levels, level) AS is_listed
FROM told
WHERE level IS NOT NULL AND LIST_CONTAINS($order_levels, level)
ORDER BY clue_id
