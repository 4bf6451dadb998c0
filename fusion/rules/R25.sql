-- The amount of the year against the permitted one, by pollutant: the greater of what the execution reports tell and
-- what the stacks were measured to emit; and, with $fc_days of measured days, where the year will end.
-- Stack data begin where the store begins, so their sum is a lower bound; missing hours are not substituted here, which
-- only spares. Limits of special periods (winter, alerts) are not in the data.
WITH permitted AS (
    SELECT p.enterprise_id, a.pollutant, a.year, SUM(a.permitted_t) AS permitted_t
    FROM (
        SELECT permit_no, pollutant, year, MAX(permitted_t) AS permitted_t
        FROM permit_amounts
        GROUP BY permit_no, pollutant, year
    ) AS a
    INNER JOIN permits AS p ON p.permit_no = a.permit_no
    WHERE a.year = EXTRACT(YEAR FROM $as_of::TIMESTAMP)
    GROUP BY p.enterprise_id, a.pollutant, a.year
    HAVING SUM(a.permitted_t) > 0
),
periods AS (
    SELECT
        p.enterprise_id, a.pollutant, a.period,
        CAST(CASE a.period
            WHEN 'Q1' THEN MAKE_DATE(a.year, 3, 31) WHEN 'Q2' THEN MAKE_DATE(a.year, 6, 30)
            WHEN 'Q3' THEN MAKE_DATE(a.year, 9, 30) ELSE MAKE_DATE(a.year, 12, 31)
        END AS DATE) AS last_day,
        SUM(a.reported_t) AS reported_t
    FROM permit_amounts AS a
    INNER JOIN permits AS p ON p.permit_no = a.permit_no
    WHERE a.year = EXTRACT(YEAR FROM $as_of::TIMESTAMP) AND a.reported_t IS NOT NULL
    GROUP BY p.enterprise_id, a.pollutant, a.period, a.year
),
reported AS (
    SELECT
        enterprise_id, pollutant, last_day,
        CASE WHEN period = 'Y' THEN reported_t ELSE SUM(CASE WHEN period = 'Y' THEN 0 ELSE reported_t END)
            OVER (PARTITION BY enterprise_id, pollutant ORDER BY last_day, period) END AS sum_t
    FROM periods
    WHERE last_day < $as_of::TIMESTAMP
),
measured_days AS (
    SELECT enterprise_id, date, 'PM' AS pollutant, SUM(pm_kg) / 1000 AS t FROM cems_days GROUP BY enterprise_id, date
    UNION ALL
    SELECT enterprise_id, date, 'SO2', SUM(so2_kg) / 1000 FROM cems_days GROUP BY enterprise_id, date
    UNION ALL
    SELECT enterprise_id, date, 'NOx', SUM(nox_kg) / 1000 FROM cems_days GROUP BY enterprise_id, date
),
measured AS (
    SELECT
        m.enterprise_id, m.pollutant, m.date AS last_day, p.permitted_t,
        SUM(m.t) OVER (PARTITION BY m.enterprise_id, m.pollutant ORDER BY m.date) AS sum_t,
        COUNT(m.t) OVER (PARTITION BY m.enterprise_id, m.pollutant ORDER BY m.date) AS days,
        AVG(m.t) OVER (
            PARTITION BY m.enterprise_id, m.pollutant ORDER BY m.date
            RANGE BETWEEN INTERVAL 60 DAY PRECEDING AND CURRENT ROW
        ) AS mean_t,
        ROW_NUMBER() OVER (PARTITION BY m.enterprise_id, m.pollutant ORDER BY m.date DESC) AS back
    FROM measured_days AS m
    INNER JOIN permitted AS p ON p.enterprise_id = m.enterprise_id AND p.pollutant = m.pollutant
    WHERE m.t IS NOT NULL AND EXTRACT(YEAR FROM m.date) = p.year
),
steps AS (
    SELECT 'reported' AS basis, r.enterprise_id, r.pollutant, r.last_day, r.sum_t, p.permitted_t
    FROM reported AS r
    INNER JOIN permitted AS p ON p.enterprise_id = r.enterprise_id AND p.pollutant = r.pollutant
    UNION ALL
    SELECT 'measured', enterprise_id, pollutant, last_day, sum_t, permitted_t FROM measured
),
exceeded AS (
    SELECT
        enterprise_id, pollutant, 'exceeded' AS kind, MIN(last_day) AS first_day,
        MAX(CASE WHEN basis = 'reported' THEN sum_t END) AS reported_t,
        MAX(CASE WHEN basis = 'measured' THEN sum_t END) AS measured_t,
        MAX(permitted_t) AS permitted_t, MAX(sum_t) AS sum_t, 1 AS severity
    FROM steps
    WHERE sum_t >= permitted_t
    GROUP BY enterprise_id, pollutant
),
forecast AS (
    SELECT
        m.enterprise_id, m.pollutant, 'forecast' AS kind, m.last_day AS first_day, NULL::DOUBLE AS reported_t,
        m.sum_t AS measured_t, m.permitted_t,
        m.sum_t + m.mean_t * DATE_DIFF('day', m.last_day, MAKE_DATE(EXTRACT(YEAR FROM m.last_day), 12, 31)) AS sum_t,
        3 AS severity
    FROM measured AS m
    LEFT JOIN exceeded AS e ON e.enterprise_id = m.enterprise_id AND e.pollutant = m.pollutant
    WHERE m.back = 1 AND e.enterprise_id IS NULL AND m.days >= $fc_days
),
cases AS (
    SELECT * FROM exceeded
    UNION ALL
    SELECT * FROM forecast WHERE sum_t > $fc * permitted_t
)
SELECT
    'enterprise' AS object_kind,
    enterprise_id AS object_id,
    enterprise_id,
    NULL::VARCHAR AS outlet_id,
    NULL::VARCHAR AS cell_id,
    pollutant,
    CASE WHEN kind = 'forecast' THEN CAST(MAKE_DATE(EXTRACT(YEAR FROM first_day), 1, 1) AS TIMESTAMP)
        ELSE CAST(first_day AS TIMESTAMP) END AS window_from,
    $as_of::TIMESTAMP AS window_to,
    CAST(first_day AS TIMESTAMP) AS onset_at,
    severity,
    LEAST(1.0, 0.5 * sum_t / permitted_t) AS score,
    TO_JSON({
        'kind': kind, 'permitted_t': ROUND(permitted_t, 2), 'reported_t': ROUND(reported_t, 2),
        'measured_t': ROUND(measured_t, 2), 'share': ROUND(sum_t / permitted_t, 3)
    })::VARCHAR AS facts
FROM cases
