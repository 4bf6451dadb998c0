-- Listed enterprises of a city under alert, measured from $grace_h after its start: hours of the alert against the
-- same hours of the day on the last $base_d days without an alert; who has a duty stands in alert_duties.
-- Vehicle logs (gates, stopped trucks) are not in the data.
WITH bound AS (
    SELECT
        alert_id, enterprise_id, level, duty, is_stop, min_load_pct, lines, from_at AS alert_from,
        from_at + INTERVAL 1 HOUR * $grace_h AS from_at, LEAST(to_at, $as_of::TIMESTAMP) AS to_at
    FROM alert_duties
    WHERE to_at > $from_at::TIMESTAMP AND from_at + INTERVAL 1 HOUR * $grace_h < LEAST(to_at, $as_of::TIMESTAMP)
),
baseline AS (
    SELECT alert_id, enterprise_id, signal, hour, MEDIAN(value) AS usual, COUNT(*) AS days
    FROM alert_calm
    WHERE back <= $base_d
    GROUP BY alert_id, enterprise_id, signal, hour
),
judged AS (
    SELECT
        b.alert_id, b.enterprise_id, b.level, b.duty, b.is_stop, b.min_load_pct, b.lines, b.alert_from, b.from_at,
        b.to_at, s.signal, s.time, s.hours, s.value, u.usual,
        CASE WHEN b.min_load_pct > 0 THEN b.min_load_pct / 100 + $tol ELSE $stop_max END AS allowed
    FROM bound AS b
    INNER JOIN alert_signals AS s
        ON s.enterprise_id = b.enterprise_id AND s.time >= b.from_at
        AND s.time + INTERVAL 1 HOUR * s.hours <= b.to_at
    INNER JOIN baseline AS u
        ON u.alert_id = b.alert_id AND u.enterprise_id = b.enterprise_id AND u.signal = s.signal
        AND u.hour = EXTRACT(HOUR FROM s.time)
    WHERE u.days >= LEAST(3, $base_d)
),
sums AS (
    SELECT
        alert_id, enterprise_id, level, duty, is_stop, min_load_pct, lines, alert_from, from_at, to_at, signal,
        1 - SUM(value) / SUM(usual) AS cut,
        SUM(hours) AS hours,
        SUM(CASE WHEN value > allowed * usual THEN hours ELSE 0 END) AS hours_running,
        MIN(CASE WHEN value > allowed * usual THEN time END) AS first_running,
        MIN(CASE WHEN value > (1 - duty + $tol) * usual THEN time END) AS first_above,
        MAX(time + INTERVAL 1 HOUR * hours) AS last_at
    FROM judged
    GROUP BY ALL
),
weighed_up AS (
    SELECT
        alert_id, enterprise_id, MIN(level) AS level, MIN(duty) AS duty, BOOL_AND(is_stop) AS is_stop,
        MIN(min_load_pct) AS min_load_pct, MIN(lines) AS lines, MIN(alert_from) AS alert_from, MIN(from_at) AS from_at,
        MAX(last_at) AS last_at, COUNT(*) AS signals,
        COUNT(CASE WHEN cut < duty - $tol AND hours >= $stop_h THEN 1 END) AS signals_short,
        MAX(CASE WHEN signal = 'electricity' THEN cut END) AS cut_electricity,
        MAX(CASE WHEN signal = 'emission' THEN cut END) AS cut_emission,
        MAX(CASE WHEN signal = 'electricity' THEN hours_running END) AS hours_running,
        MIN(CASE WHEN signal = 'electricity' THEN first_running END) AS first_running,
        MIN(first_above) AS first_above
    FROM sums
    GROUP BY alert_id, enterprise_id
),
firing AS (
    SELECT *, ROW_NUMBER() OVER (PARTITION BY enterprise_id, from_at ORDER BY duty DESC, alert_id) AS place
    FROM weighed_up
    WHERE CASE
        WHEN is_stop AND hours_running IS NOT NULL THEN hours_running >= $stop_h
        ELSE signals_short = signals
    END
),
punished AS (
    SELECT enterprise_id, COUNT(*) AS penalties
    FROM penalties
    WHERE during_alert AND fact_code = 'exceedance' AND pollutant IN ('SO2', 'NOx')
        AND decided_date < $as_of::TIMESTAMP AND decided_date >= $as_of::TIMESTAMP - INTERVAL 1 YEAR * $penalty_years
    GROUP BY enterprise_id
)
SELECT
    'enterprise' AS object_kind,
    b.enterprise_id AS object_id,
    b.enterprise_id,
    NULL::VARCHAR AS outlet_id,
    NULL::VARCHAR AS cell_id,
    NULL::VARCHAR AS pollutant,
    b.from_at AS window_from,
    b.last_at AS window_to,
    CASE WHEN b.is_stop THEN b.first_running ELSE COALESCE(b.first_above, b.from_at) END AS onset_at,
    1 AS severity,
    LEAST(1.0, 0.6 + 0.4 * (b.duty - GREATEST(0, COALESCE(b.cut_electricity, b.cut_emission))) / b.duty) AS score,
    TO_JSON({
        'alert_id': b.alert_id, 'level': b.level, 'duty_share': ROUND(b.duty, 3), 'is_stop': b.is_stop,
        'min_load_pct': b.min_load_pct, 'lines': b.lines, 'cut_electricity': ROUND(b.cut_electricity, 3),
        'cut_emission': ROUND(b.cut_emission, 3), 'hours_running': b.hours_running,
        'penalties_in_alerts': COALESCE(p.penalties, 0),
        'near_criminal_threshold': COALESCE(p.penalties, 0) >= $penalty_n
    })::VARCHAR AS facts
FROM firing AS b
LEFT JOIN punished AS p ON p.enterprise_id = b.enterprise_id
WHERE b.place = 1
