-- What else speaks against an enterprise these days, told by the tables alone: three valid hours running above a
-- limit, two complaints, a permit that expired. Findings of the other rules are added by whoever has them
-- (fusion/attribution.py).
-- Grain    one row per enterprise and family of signal
WITH told AS (
    SELECT enterprise_id, received_at FROM complaints WHERE enterprise_id IS NOT NULL
    UNION ALL
    SELECT enterprise_id, received_at FROM petitions WHERE enterprise_id IS NOT NULL
)
SELECT DISTINCT enterprise_id, 'cems' AS family
FROM exceedance_runs
WHERE hours >= 3 AND last_hour >= $as_of::TIMESTAMP - INTERVAL 14 DAY
UNION ALL
SELECT enterprise_id, 'complaint'
FROM told
WHERE received_at >= $as_of::TIMESTAMP - INTERVAL 30 DAY
GROUP BY enterprise_id
HAVING COUNT(*) >= 2
UNION ALL
SELECT enterprise_id, 'permit'
FROM permits
GROUP BY enterprise_id
HAVING MAX(valid_to) < $as_of::TIMESTAMP
