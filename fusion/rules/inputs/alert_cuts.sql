-- By how much enterprises with a duty under an alert cut, of those that a meter or a monitor can check.
-- Grain    one row per alert and enterprise with a duty above 0, as R22 reckons it, and enough calm days to compare with
-- Columns  duty: share to be cut; cut_electricity, cut_emission: share cut from 8 h after the start, against the same hours
--          of the last 7 days without an alert; is_met: one of them reaches the duty, less 0.05. These numbers are R22's
WITH baseline AS (
    SELECT alert_id, enterprise_id, signal, hour, MEDIAN(value) AS usual
    FROM alert_calm
    WHERE back <= 7
    GROUP BY alert_id, enterprise_id, signal, hour
    HAVING COUNT(*) >= 3
),
cuts AS (
    SELECT
        d.alert_id, d.enterprise_id, s.signal, MIN(d.level) AS level, MIN(d.duty) AS duty,
        MIN(d.from_at) AS alert_from, MIN(d.to_at) AS to_at, ROUND(1 - SUM(s.value) / SUM(u.usual), 3) AS cut
    FROM alert_duties AS d
    INNER JOIN alert_signals AS s
        ON s.enterprise_id = d.enterprise_id AND s.time >= d.from_at + INTERVAL 8 HOUR
        AND s.time + INTERVAL 1 HOUR * s.hours <= LEAST(d.to_at, $as_of::TIMESTAMP)
    INNER JOIN baseline AS u
        ON u.alert_id = d.alert_id AND u.enterprise_id = d.enterprise_id AND u.signal = s.signal
        AND u.hour = EXTRACT(HOUR FROM s.time)
    GROUP BY d.alert_id, d.enterprise_id, s.signal
)
SELECT
    alert_id, enterprise_id, MIN(level) AS level, ROUND(MIN(duty), 3) AS duty, MIN(alert_from) AS alert_from,
    MIN(to_at) AS to_at,
    MAX(CASE WHEN signal = 'electricity' THEN cut END) AS cut_electricity,
    MAX(CASE WHEN signal = 'emission' THEN cut END) AS cut_emission,
    MAX(cut) >= MIN(duty) - 0.05 AS is_met
FROM cuts
GROUP BY alert_id, enterprise_id
