-- Exceedances of the hourly or daily limit in what is left after marks and exemptions; one clue an outlet,
-- pollutant and spell (exceedances less than $apart_h apart). blue: a valid daily mean above the limit; yellow:
-- $n_h3 valid hours above it in a row, or $n_h6 in a day; orange: an hour of twice the limit or a day of one and a
-- half; red: $d_month days in a month or in 30 days. Valid hours follow each other if no valid hour at or below the
-- limit lies between and they are at most $gap_h apart. Hours of a marked start-up, shut-down, cool-down or drying
-- of up to $exempt_h are exempt, and such a day's mean with them. Incineration plants are judged by day under their
-- own regulation: R18.
WITH spans AS (
    SELECT outlet_id, condition, from_at, to_at FROM condition_marks
    WHERE outlet_id IS NOT NULL
    UNION ALL
    SELECT outlet_id, mark_type, from_at, to_at FROM cems_marks
    WHERE layer = 'condition'
),
exempt AS (
    SELECT DISTINCT c.outlet_id, c.time
    FROM cems_conditions AS c
    INNER JOIN spans AS s
        ON s.outlet_id = c.outlet_id AND s.condition = c.condition
        AND s.from_at < c.time + INTERVAL 1 HOUR AND s.to_at > c.time
    WHERE c.condition = 'stopped'
        OR (
            c.condition IN ('start_up', 'shut_down', 'cool_down', 'drying')
            AND s.to_at <= s.from_at + INTERVAL 1 HOUR * $exempt_h
        )
),
care AS (
    SELECT outlet_id, pollutant, time FROM cems_care WHERE minutes > 60 - $valid_min
),
burners AS (
    SELECT DISTINCT enterprise_id FROM enterprises WHERE industry_code = 'waste_incineration'
),
over_hours AS (
    SELECT c.outlet_id, c.enterprise_id, c.pollutant, c.time, c.ratio, c.limit_mg_m3
    FROM exceeding_hours AS c
    LEFT JOIN exempt AS x ON x.outlet_id = c.outlet_id AND x.time = c.time
    LEFT JOIN care AS a ON a.outlet_id = c.outlet_id AND a.pollutant = c.pollutant AND a.time = c.time
    LEFT JOIN care AS b ON b.outlet_id = c.outlet_id AND b.pollutant = '*' AND b.time = c.time
    WHERE c.ratio > 1 AND c.valid_minutes >= $valid_min
        AND x.time IS NULL AND a.time IS NULL AND b.time IS NULL
        AND c.enterprise_id NOT IN (SELECT enterprise_id FROM burners)
),
lows AS (  -- valid hours at or below the limit, of the outlets that ever exceed
    SELECT c.outlet_id, c.pollutant, c.time
    FROM exceeding_hours AS c
    INNER JOIN (SELECT DISTINCT outlet_id, pollutant FROM over_hours) AS o
        ON o.outlet_id = c.outlet_id AND o.pollutant = c.pollutant
    WHERE c.ratio <= 1
),
valid AS (
    SELECT outlet_id, pollutant, time, TRUE AS is_over FROM over_hours
    UNION ALL
    SELECT outlet_id, pollutant, time, FALSE FROM lows
),
followed AS (
    SELECT
        *,
        LAG(is_over) OVER w AS over_before,
        LAG(time) OVER w AS time_before
    FROM valid
    WINDOW w AS (PARTITION BY outlet_id, pollutant ORDER BY time)
),
rows_of_hours AS (
    SELECT
        outlet_id,
        pollutant,
        time,
        is_over,
        SUM(CASE WHEN over_before AND time_before >= time - INTERVAL 1 HOUR * ($gap_h + 1) THEN 0 ELSE 1 END)
            OVER (PARTITION BY outlet_id, pollutant ORDER BY time) AS run
    FROM followed
),
runs AS (
    SELECT outlet_id, pollutant, MIN(time) AS time, COUNT(*) AS hours
    FROM rows_of_hours
    WHERE is_over
    GROUP BY outlet_id, pollutant, run
),
day_values AS (
    SELECT outlet_id, enterprise_id, date, 'PM' AS pollutant, pm_zs_mg_m3 AS value FROM cems_days
    WHERE is_valid AND valid_hours >= $valid_h
    UNION ALL
    SELECT outlet_id, enterprise_id, date, 'SO2', so2_zs_mg_m3 FROM cems_days
    WHERE is_valid AND valid_hours >= $valid_h
    UNION ALL
    SELECT outlet_id, enterprise_id, date, 'NOx', nox_zs_mg_m3 FROM cems_days
    WHERE is_valid AND valid_hours >= $valid_h
),
over_days AS (
    SELECT d.outlet_id, d.enterprise_id, d.pollutant, d.date, d.value / l.limit_mg_m3 AS ratio, l.limit_mg_m3
    FROM day_values AS d
    INNER JOIN limits AS l
        ON l.outlet_id = d.outlet_id AND l.pollutant = d.pollutant AND l.averaging = 'day'
        AND l.valid_from <= d.date AND l.valid_to > d.date
    LEFT JOIN (SELECT DISTINCT outlet_id, CAST(time AS DATE) AS date FROM exempt) AS x
        ON x.outlet_id = d.outlet_id AND x.date = d.date
    WHERE d.value > l.limit_mg_m3 AND x.date IS NULL AND CAST(d.date AS TIMESTAMP) + INTERVAL 1 DAY <= $as_of::TIMESTAMP
        AND d.enterprise_id NOT IN (SELECT enterprise_id FROM burners)
),
marks_of_over AS (
    SELECT outlet_id, enterprise_id, pollutant, time AS from_at, time + INTERVAL 1 HOUR AS to_at, ratio, limit_mg_m3,
           1 AS is_hour
    FROM over_hours
    UNION ALL
    SELECT outlet_id, enterprise_id, pollutant, CAST(date AS TIMESTAMP), CAST(date AS TIMESTAMP) + INTERVAL 1 DAY,
           ratio, limit_mg_m3, 0
    FROM over_days
),
reached AS (
    SELECT
        *,
        MAX(to_at) OVER (
            PARTITION BY outlet_id, pollutant ORDER BY from_at, to_at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS reached_at
    FROM marks_of_over
),
joined AS (
    SELECT
        *,
        SUM(CASE WHEN reached_at >= from_at - INTERVAL 1 HOUR * $apart_h THEN 0 ELSE 1 END)
            OVER (PARTITION BY outlet_id, pollutant ORDER BY from_at, to_at) AS spell
    FROM reached
),
by_day AS (
    SELECT outlet_id, pollutant, spell, DATE_TRUNC('day', from_at) AS day, SUM(is_hour) AS hours, MIN(is_hour) AS least
    FROM joined
    GROUP BY outlet_id, pollutant, spell, DATE_TRUNC('day', from_at)
),
busiest AS (
    SELECT outlet_id, pollutant, spell, MAX(hours) AS hours_of_day FROM by_day GROUP BY outlet_id, pollutant, spell
),
exceed_days AS (  -- a day counts by its mean, or by $n_h6 hours of it
    SELECT DISTINCT outlet_id, pollutant, day FROM by_day WHERE least = 0 OR hours >= $n_h6
),
frequent AS (
    SELECT
        outlet_id,
        pollutant,
        day,
        COUNT(*) OVER (
            PARTITION BY outlet_id, pollutant ORDER BY day RANGE BETWEEN INTERVAL 29 DAYS PRECEDING AND CURRENT ROW
        ) AS days_of_30
    FROM exceed_days
),
spells AS (
    SELECT
        outlet_id,
        pollutant,
        spell,
        MIN(enterprise_id) AS enterprise_id,
        MIN(from_at) AS from_at,
        MAX(to_at) AS to_at,
        SUM(is_hour) AS hours,
        SUM(1 - is_hour) AS days,
        MAX(CASE WHEN is_hour = 1 THEN ratio END) AS max_hour,
        MAX(CASE WHEN is_hour = 0 THEN ratio END) AS max_day,
        MAX(limit_mg_m3) AS limit_mg_m3
    FROM joined
    GROUP BY outlet_id, pollutant, spell
),
longest AS (
    SELECT s.outlet_id, s.pollutant, s.spell, MAX(r.hours) AS hours_in_a_row
    FROM spells AS s
    INNER JOIN runs AS r
        ON r.outlet_id = s.outlet_id AND r.pollutant = s.pollutant AND r.time >= s.from_at AND r.time < s.to_at
    GROUP BY s.outlet_id, s.pollutant, s.spell
),
months AS (
    SELECT s.outlet_id, s.pollutant, s.spell, MAX(f.days_of_30) AS days_of_30
    FROM spells AS s
    INNER JOIN frequent AS f
        ON f.outlet_id = s.outlet_id AND f.pollutant = s.pollutant AND f.day >= DATE_TRUNC('day', s.from_at)
        AND f.day < s.to_at
    GROUP BY s.outlet_id, s.pollutant, s.spell
),
judged AS (
    SELECT
        s.*,
        COALESCE(l.hours_in_a_row, 0) AS hours_in_a_row,
        b.hours_of_day,
        COALESCE(m.days_of_30, 0) AS days_of_30,
        CASE
            WHEN COALESCE(m.days_of_30, 0) >= $d_month THEN 'red'
            WHEN s.max_hour >= 2 OR s.max_day >= 1.5 THEN 'orange'
            WHEN COALESCE(l.hours_in_a_row, 0) >= $n_h3 OR b.hours_of_day >= $n_h6 THEN 'yellow'
            WHEN s.days >= 1 THEN 'blue'
        END AS level
    FROM spells AS s
    INNER JOIN busiest AS b ON b.outlet_id = s.outlet_id AND b.pollutant = s.pollutant AND b.spell = s.spell
    LEFT JOIN longest AS l ON l.outlet_id = s.outlet_id AND l.pollutant = s.pollutant AND l.spell = s.spell
    LEFT JOIN months AS m ON m.outlet_id = s.outlet_id AND m.pollutant = s.pollutant AND m.spell = s.spell
)
SELECT
    'outlet' AS object_kind,
    j.outlet_id AS object_id,
    j.enterprise_id,
    j.outlet_id,
    NULL::VARCHAR AS cell_id,
    j.pollutant,
    j.from_at AS window_from,
    j.to_at AS window_to,
    j.from_at AS onset_at,
    CASE j.level WHEN 'red' THEN 1 WHEN 'orange' THEN 1 WHEN 'yellow' THEN 2 ELSE 3 END AS severity,
    CASE j.level WHEN 'red' THEN 1.0 WHEN 'orange' THEN 0.9 WHEN 'yellow' THEN 0.75 ELSE 0.6 END AS score,
    TO_JSON({
        'level': j.level, 'hours_over': j.hours, 'hours_in_a_row': j.hours_in_a_row, 'hours_of_day': j.hours_of_day,
        'days_over': j.days, 'days_of_30': j.days_of_30, 'times_over_hour': ROUND(j.max_hour - 1, 3),
        'times_over_day': ROUND(j.max_day - 1, 3), 'limit_mg_m3': j.limit_mg_m3,
        'asked': {'n_h3': $n_h3, 'n_h6': $n_h6, 'd_month': $d_month}
    })::VARCHAR AS facts
FROM judged AS j
WHERE j.level IS NOT NULL AND j.to_at > $from_at::TIMESTAMP
