-- The signals of an enterprise that has to cut (alert_signals) before the alert, outside of any other alert.
-- Grain    one row per alert, enterprise, signal and time
-- Columns  hour: of the day; back: 1 is the last such hour of the day before the alert
SELECT
    d.alert_id, s.enterprise_id, s.signal, EXTRACT(HOUR FROM s.time) AS hour, s.value,
    ROW_NUMBER() OVER (
        PARTITION BY d.alert_id, s.enterprise_id, s.signal, EXTRACT(HOUR FROM s.time) ORDER BY s.time DESC
    ) AS back
FROM alert_duties AS d
INNER JOIN alert_signals AS s ON s.enterprise_id = d.enterprise_id AND s.time < d.from_at
LEFT JOIN alert_periods AS o
    ON o.city_adcode = d.city_adcode AND s.time < o.to_at AND s.time + INTERVAL 1 HOUR * s.hours > o.from_at
WHERE o.alert_id IS NULL AND s.value > 0
