-- Hours under a mark of the plant's condition, from the marks of the outlet (E04) and of its facilities (E05).
-- Grain    one row per outlet, condition and hour touched
-- Columns  minutes: of the hour under the mark, 60 where it is covered whole; marks may overlap, the longest counts
WITH marks AS (
    SELECT outlet_id, mark_type AS condition, from_at, to_at FROM cems_marks
    WHERE layer = 'condition' AND to_at > from_at
    UNION ALL
    SELECT outlet_id, condition, from_at, to_at FROM condition_marks
    WHERE condition <> 'normal' AND outlet_id IS NOT NULL AND to_at > from_at
),
hours AS (
    SELECT
        m.outlet_id,
        m.condition,
        h.hour AS time,
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
SELECT outlet_id, condition, time, MAX(minutes) AS minutes
FROM hours
GROUP BY outlet_id, condition, time
