-- What each of the nine kinds of data says of a finding (fusion/evidence.toml tells how each decides).
-- Grain    one row per finding and kind
-- Columns  says: supports, against, silent or not_observed; n: how much was looked at
WITH told AS (
    SELECT clue_id, kind, says, n, CAST(NULL AS DOUBLE) AS value, CAST(NULL AS DOUBLE) AS away_km FROM said_by_satellites
    UNION ALL
    SELECT clue_id, kind, says, n, CAST(NULL AS DOUBLE), CAST(NULL AS DOUBLE) FROM said_by_records
    UNION ALL
    SELECT clue_id, kind, says, n, value, ROUND(away_km, 1) FROM said_by_stations
),
kinds AS (
    SELECT 'satellite' AS kind UNION ALL SELECT 'air' UNION ALL SELECT 'network' UNION ALL SELECT 'microstation'
    UNION ALL SELECT 'cems' UNION ALL SELECT 'power' UNION ALL SELECT 'permit' UNION ALL SELECT 'penalty'
    UNION ALL SELECT 'complaint'
)
SELECT
    p.clue_id,
    k.kind,
    COALESCE(t.says, 'not_observed') AS says,
    CAST(COALESCE(t.n, 0) AS INTEGER) AS n,
    t.value,
    t.away_km
FROM clue_places AS p
CROSS JOIN kinds AS k
LEFT JOIN told AS t ON t.clue_id = p.clue_id AND t.kind = k.kind
ORDER BY p.clue_id, k.kind
