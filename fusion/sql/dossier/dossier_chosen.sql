-- The enterprises whose hours are kept: those a rule found something at in this build, and those a clue waits for
-- somebody to go to. All others have their days (dossier_days).
-- Grain    one row per enterprise
-- Columns  from_at: first hour kept, a fortnight before the earliest finding, or 30 days back; has_finding: the many
--          signals of the process are kept for these only
WITH found AS (
    SELECT e.enterprise_idx, MIN(f.window_from) - INTERVAL 14 DAY AS from_at, 1 AS has_finding
    FROM findings AS f
    INNER JOIN enterprises_numbered AS e ON e.enterprise_id = f.enterprise_id
    GROUP BY e.enterprise_idx
),
open_clues AS (
    SELECT enterprise_idx, $as_of::TIMESTAMP - INTERVAL 30 DAY AS from_at, 0 AS has_finding
    FROM clues_numbered
    WHERE enterprise_idx IS NOT NULL
        AND state IN ('IDENTIFIED', 'SCREENED', 'PUSHED', 'ACCEPTED', 'CHECKING', 'RELAPSED')
),
together AS (
    SELECT * FROM found
    UNION ALL
    SELECT * FROM open_clues
)
SELECT
    e.enterprise_idx,
    e.enterprise_id,
    GREATEST(
        MIN(LEAST(t.from_at, $as_of::TIMESTAMP - INTERVAL 30 DAY)), $as_of::TIMESTAMP - INTERVAL 120 DAY
    ) AS from_at,
    MAX(t.has_finding) = 1 AS has_finding
FROM together AS t
INNER JOIN enterprises_numbered AS e ON e.enterprise_idx = t.enterprise_idx
GROUP BY e.enterprise_idx, e.enterprise_id
