-- Hours of an outlet spent under a fault, maintenance or calibration mark, by hand or by the logger.
-- Grain    one row per outlet, pollutant and hour touched; '*' stands for every pollutant
-- Columns  minutes: of the hour under such marks, 60 at most; filed_minutes: of them under marks made a day
--          or more before they begin and borne out by a repair or maintenance record: announced work
WITH marks AS (
    SELECT
        m.outlet_id,
        m.pollutant,
        m.from_at,
        m.to_at,
        m.marked_at <= m.from_at - INTERVAL 1 DAY AND s.outlet_id IS NOT NULL AS is_filed
    FROM cems_marks AS m
    LEFT JOIN (
        SELECT DISTINCT k.mark_id, k.outlet_id
        FROM cems_marks AS k
        INNER JOIN cems_service AS s
            ON s.outlet_id = k.outlet_id AND s.event IN ('repair', 'maintenance')
            AND s.from_at < k.to_at AND s.to_at > k.from_at
    ) AS s ON s.mark_id = m.mark_id
    WHERE m.mark_type IN ('fault', 'maintenance', 'calibration') AND m.to_at > m.from_at
),
hours AS (
    SELECT
        m.outlet_id,
        m.pollutant,
        h.hour AS time,
        m.is_filed,
        DATE_DIFF('minute', GREATEST(m.from_at, h.hour), LEAST(m.to_at, h.hour + INTERVAL 1 HOUR)) AS minutes
    FROM marks AS m
    CROSS JOIN
        UNNEST(
            GENERATE_SERIES(
                DATE_TRUNC('hour', m.from_at),
                LEAST(m.to_at, $as_of::TIMESTAMP) - INTERVAL 1 SECOND,
                INTERVAL 1 HOUR
            )
        ) AS h (hour)
)
SELECT
    outlet_id,
    pollutant,
    time,
    LEAST(60, SUM(minutes)) AS minutes,
    LEAST(60, SUM(CASE WHEN is_filed THEN minutes ELSE 0 END)) AS filed_minutes
FROM hours
GROUP BY outlet_id, pollutant, time
