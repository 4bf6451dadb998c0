-- Findings that suggest electronic supervision (电子督办), and among them those that suggest listing (挂牌督办).
-- Grain    one row per finding
-- Columns  level: of R12 as told; of R18 red beyond a monthly count, orange else; of R28 red after two relapses;
--          group_code: the key-region group of its city on the day of the onset, of two the first; ground: what suggests it
WITH told AS (
    SELECT clue_id, rule_id, enterprise_id, outlet_id, pollutant, onset_at, severity,
           CASE
               WHEN rule_id = 'R12' THEN JSON_EXTRACT_STRING(facts, '$.level')
               WHEN rule_id = 'R18' AND JSON_EXTRACT_STRING(facts, '$.is_over_month') = 'true' THEN 'red'
               WHEN rule_id = 'R18' THEN 'orange'
               WHEN rule_id = 'R28' AND JSON_EXTRACT_STRING(facts, '$.for_listed_supervision') = 'true' THEN 'red'
               WHEN rule_id = 'R28' THEN 'orange'
           END AS level
    FROM findings
    WHERE rule_id IN ('R12', 'R18', 'R28')
),
placed AS (
    SELECT t.*, e.city_idx, SUBSTR(p.adcode, 1, 2) AS province
    FROM told AS t
    LEFT JOIN enterprises_numbered AS e ON e.enterprise_id = t.enterprise_id
    LEFT JOIN places AS p ON p.place_idx = e.city_idx
),
grouped AS (
    SELECT l.clue_id, MIN(g.group_code) AS group_code
    FROM placed AS l
    INNER JOIN place_groups AS g
        ON g.city_idx = l.city_idx AND CAST(l.onset_at AS DATE) >= g.valid_from
        AND (g.valid_to IS NULL OR CAST(l.onset_at AS DATE) < g.valid_to)
    GROUP BY l.clue_id
),
judged AS (
    SELECT
        l.*, g.group_code,
        CASE
            WHEN l.severity < 3 AND LIST_CONTAINS($order_levels, l.level) THEN 'level'
            WHEN l.rule_id = 'R12' AND l.level = 'blue' AND LIST_CONTAINS($daily_mean_provinces, l.province)
                AND l.onset_at >= CAST($daily_mean_from AS TIMESTAMP) THEN 'daily_mean'
        END AS ground
    FROM placed AS l
    LEFT JOIN grouped AS g ON g.clue_id = l.clue_id
)
SELECT clue_id, rule_id, enterprise_id, outlet_id, pollutant, onset_at, level,
       TRUE AS is_order,
       LIST_CONTAINS($listed_levels, level) AS is_listed,
       group_code,
       ground
FROM judged
WHERE ground IS NOT NULL
ORDER BY clue_id
