-- Electronic orders and listings on clues in scope, by city, and what the snapshot's register of clues says became of them.
-- Grain    one row per city, and one per key region on the day of the order (kind 'group': a city may be in none or two)
-- Columns  profile: of a city the key region it is in at as_of, whose thresholds hold; answered: went on to rectification or re-check; late: stands, and its deadline is before as_of
WITH steps AS (
    SELECT
        v.clue_idx, v.to_state AS kind, v."at" AS issued_at, v.due_at,
        LEAD(v.to_state) OVER (PARTITION BY v.clue_idx ORDER BY v.sequence) AS left_to
    FROM clue_events v
    WHERE v.from_state IS DISTINCT FROM v.to_state
),
orders AS (
    SELECT s.*, c.city_idx, c.enterprise_idx
    FROM steps s JOIN clues c USING (clue_idx)
    WHERE s.kind IN ('E_SUPERVISED', 'LISTED_SUPERVISED')
),
placed AS (
    SELECT 'city' AS level, p.adcode AS code, o.* FROM orders o JOIN places p ON p.place_idx = o.city_idx
    UNION ALL
    SELECT 'group', g.group_code, o.*
    FROM orders o
    JOIN place_groups g
        ON g.city_idx = o.city_idx AND o.issued_at::DATE >= g.valid_from
        AND (g.valid_to IS NULL OR o.issued_at::DATE < g.valid_to)
    UNION ALL
    SELECT 'all', '', o.* FROM orders o
),
profiles AS (
    SELECT city_idx, MIN(group_code) AS profile
    FROM place_groups
    WHERE valid_from <= $as_of::DATE AND (valid_to IS NULL OR valid_to > $as_of::DATE)
    GROUP BY city_idx
)
SELECT
    level, code,
    ANY_VALUE(CASE WHEN level = 'city' THEN profile END) AS profile,
    COUNT(*) FILTER (kind = 'E_SUPERVISED') AS issued,
    COUNT(DISTINCT clue_idx) FILTER (kind = 'E_SUPERVISED') AS clues,
    COUNT(*) FILTER (kind = 'E_SUPERVISED' AND left_to IS NULL) AS standing,
    COUNT(*) FILTER (kind = 'E_SUPERVISED' AND left_to IS NULL AND due_at < $as_of::TIMESTAMP) AS late,
    COUNT(*) FILTER (kind = 'E_SUPERVISED' AND left_to IN ('RECTIFYING', 'RECHECK')) AS answered,
    COUNT(*) FILTER (kind = 'E_SUPERVISED' AND left_to = 'LISTED_SUPERVISED') AS escalated,
    COUNT(*) FILTER (kind = 'LISTED_SUPERVISED' AND left_to IS NULL) AS listed
FROM placed LEFT JOIN profiles USING (city_idx)
GROUP BY level, code
ORDER BY level, standing DESC, issued DESC, code
