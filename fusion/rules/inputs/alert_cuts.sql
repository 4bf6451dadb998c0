-- By how much enterprises with a duty under an alert cut, of those that a meter or a monitor can check.
-- Grain    one row per alert and enterprise with a duty above 0, as R22 reckons it, and enough calm days to compare with
-- Columns  duty: share to be cut; cut_electricity, cut_emission: share cut from 8 h after the start, against the same hours
--          of the last 7 days without an alert; is_met: one of them reaches the duty, less 0.05. These numbers are R22's
WITH alerts AS (
    SELECT alert_id, city_adcode, level, from_at AS alert_from, from_at + INTERVAL 8 HOUR AS from_at, to_at
    FROM alert_periods
    WHERE from_at + INTERVAL 8 HOUR < LEAST(to_at, $as_of::TIMESTAMP)
),
duties AS (
    SELECT
        enterprise_id, level,
        SUM(baseline_kwh * (CASE WHEN is_exempt THEN 0 ELSE LEAST(reduction_pct, 100 - min_load_pct) END))
            / NULLIF(SUM(baseline_kwh), 0) / 100 AS duty
    FROM reduction_measures
    GROUP BY enterprise_id, level
),
graded AS (
    SELECT DISTINCT enterprise_id, year FROM grades WHERE grade IN ('A', 'leading')
),
alerted AS (
    SELECT DISTINCT a.*, e.enterprise_id
    FROM alerts AS a
    INNER JOIN enterprises AS e ON e.city_adcode = a.city_adcode
),
bound AS (
    SELECT a.*, d.duty
    FROM alerted AS a
    INNER JOIN duties AS d ON d.enterprise_id = a.enterprise_id AND d.level = a.level
    LEFT JOIN graded AS g ON g.enterprise_id = d.enterprise_id AND g.year = EXTRACT(YEAR FROM a.alert_from)
    WHERE d.duty > 0 AND g.enterprise_id IS NULL
),
told AS (
    SELECT enterprise_id, time, 'electricity' AS told_by, SUM(kwh) AS value, 1 AS hours
    FROM power_hours
    WHERE role = 'production' AND is_online AND enterprise_id IN (SELECT enterprise_id FROM bound)
    GROUP BY enterprise_id, time
    UNION ALL
    SELECT enterprise_id, time, 'emission', SUM(COALESCE(pm_kg, 0) + COALESCE(so2_kg, 0) + COALESCE(nox_kg, 0)), 1
    FROM cems_hours
    WHERE enterprise_id IN (SELECT enterprise_id FROM bound) AND COALESCE(pm_kg, so2_kg, nox_kg) IS NOT NULL
    GROUP BY enterprise_id, time
    UNION ALL
    SELECT enterprise_id, CAST(date AS TIMESTAMP), 'electricity', SUM(kwh), 24
    FROM power_days
    WHERE enterprise_id IN (SELECT enterprise_id FROM bound)
        AND enterprise_id NOT IN (SELECT enterprise_id FROM power_hours WHERE role = 'production')
    GROUP BY enterprise_id, date
),
calm AS (
    SELECT
        b.alert_id, t.enterprise_id, t.told_by, EXTRACT(HOUR FROM t.time) AS hour, t.value,
        ROW_NUMBER() OVER (
            PARTITION BY b.alert_id, t.enterprise_id, t.told_by, EXTRACT(HOUR FROM t.time) ORDER BY t.time DESC
        ) AS back
    FROM bound AS b
    INNER JOIN told AS t ON t.enterprise_id = b.enterprise_id AND t.time < b.alert_from
    LEFT JOIN alert_periods AS o
        ON o.city_adcode = b.city_adcode AND t.time < o.to_at AND t.time + INTERVAL 1 HOUR * t.hours > o.from_at
    WHERE o.alert_id IS NULL AND t.value > 0
),
baseline AS (
    SELECT alert_id, enterprise_id, told_by, hour, MEDIAN(value) AS usual
    FROM calm
    WHERE back <= 7
    GROUP BY alert_id, enterprise_id, told_by, hour
    HAVING COUNT(*) >= 3
),
cuts AS (
    SELECT
        b.alert_id, b.enterprise_id, t.told_by, MIN(b.level) AS level, MIN(b.duty) AS duty,
        MIN(b.alert_from) AS alert_from, MIN(b.to_at) AS to_at, ROUND(1 - SUM(t.value) / SUM(u.usual), 3) AS cut
    FROM bound AS b
    INNER JOIN told AS t
        ON t.enterprise_id = b.enterprise_id AND t.time >= b.from_at
        AND t.time + INTERVAL 1 HOUR * t.hours <= LEAST(b.to_at, $as_of::TIMESTAMP)
    INNER JOIN baseline AS u
        ON u.alert_id = b.alert_id AND u.enterprise_id = b.enterprise_id AND u.told_by = t.told_by
        AND u.hour = EXTRACT(HOUR FROM t.time)
    GROUP BY b.alert_id, b.enterprise_id, t.told_by
)
SELECT
    alert_id, enterprise_id, MIN(level) AS level, ROUND(MIN(duty), 3) AS duty, MIN(alert_from) AS alert_from,
    MIN(to_at) AS to_at,
    MAX(CASE WHEN told_by = 'electricity' THEN cut END) AS cut_electricity,
    MAX(CASE WHEN told_by = 'emission' THEN cut END) AS cut_emission,
    MAX(cut) >= MIN(duty) - 0.05 AS is_met
FROM cuts
GROUP BY alert_id, enterprise_id
