-- Enterprises that have to cut under an alert of their city, and by how much.
-- Grain    one row per alert and enterprise with a duty above 0
-- Columns  duty: share to be cut. Lines share it by their usual electricity; exempt lines have none, a least load that is
--          allowed for safety lowers it, a grade A or leading of the alert's year lifts it. is_stop: all lines have to stop
WITH duties AS (
    SELECT
        enterprise_id, level, COUNT(*) AS lines, MIN(measure) AS least_measure, MAX(measure) AS most_measure,
        SUM(baseline_kwh * (CASE WHEN is_exempt THEN 0 ELSE LEAST(reduction_pct, 100 - min_load_pct) END))
            / NULLIF(SUM(baseline_kwh), 0) / 100 AS duty,
        MAX(CASE WHEN is_exempt THEN 1 ELSE 0 END) AS has_exempt, MAX(min_load_pct) AS min_load_pct
    FROM reduction_measures
    GROUP BY enterprise_id, level
),
graded AS (
    SELECT DISTINCT enterprise_id, year FROM grades WHERE grade IN ('A', 'leading')
),
alerted AS (  -- distinct, so that no plan joins all alerts with all duties by the level alone
    SELECT DISTINCT a.alert_id, a.city_adcode, a.level, a.from_at, a.to_at, e.enterprise_id
    FROM alert_periods AS a
    INNER JOIN enterprises AS e ON e.city_adcode = a.city_adcode
    WHERE a.from_at < $as_of::TIMESTAMP
)
SELECT
    a.*, d.lines, d.duty, d.min_load_pct,
    d.least_measure = 'stop' AND d.most_measure = 'stop' AND d.has_exempt = 0 AS is_stop
FROM alerted AS a
INNER JOIN duties AS d ON d.enterprise_id = a.enterprise_id AND d.level = a.level
LEFT JOIN graded AS g ON g.enterprise_id = d.enterprise_id AND g.year = EXTRACT(YEAR FROM a.from_at)
WHERE d.duty > 0 AND g.enterprise_id IS NULL
