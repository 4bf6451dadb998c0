-- Manual samples and execution reports that can't be: equal results $n_same times running above the reporting limit,
-- samples lacking in a quarter the data cover whole, a result no hour of stack monitoring of that day comes near,
-- reports below $ratio of what the stack emitted in the same period. The hour of a sample is not in the data, so a
-- result is doubted only where it lies outside the range for every hour of its day.
WITH samples AS (
    SELECT
        s.sample_id, s.permit_no, p.enterprise_id, s.outlet_code, s.pollutant, s.value_mg_m3, s.sampled_date,
        s.required_per_quarter, s.lab,
        CASE s.pollutant WHEN 'PM' THEN $limit_pm WHEN 'SO2' THEN $limit_gas WHEN 'NOx' THEN $limit_gas ELSE 0 END
            AS reporting_limit,
        LAG(s.value_mg_m3) OVER (
            PARTITION BY s.permit_no, s.outlet_code, s.pollutant ORDER BY s.sampled_date, s.sample_id
        ) AS value_before
    FROM manual_samples AS s
    INNER JOIN (SELECT permit_no, MIN(enterprise_id) AS enterprise_id FROM permits GROUP BY permit_no) AS p
        ON p.permit_no = s.permit_no
),
begun AS (
    SELECT
        *, SUM(CASE WHEN value_mg_m3 = value_before THEN 0 ELSE 1 END)
            OVER (PARTITION BY permit_no, outlet_code, pollutant ORDER BY sampled_date, sample_id) AS run
    FROM samples
),
equal_results AS (
    SELECT
        enterprise_id, permit_no, outlet_code, pollutant, 'equal_results' AS kind, MIN(sampled_date) AS first_day,
        MAX(sampled_date) AS last_day, COUNT(DISTINCT sampled_date) AS n, MIN(value_mg_m3) AS told,
        NULL::DOUBLE AS against
    FROM begun
    WHERE value_mg_m3 > reporting_limit
    GROUP BY enterprise_id, permit_no, outlet_code, pollutant, run
    HAVING COUNT(DISTINCT sampled_date) >= $n_same
),
covered AS (
    SELECT MIN(sampled_date) AS first_day FROM manual_samples
),
quarters AS (
    SELECT
        s.enterprise_id, s.permit_no, s.outlet_code, s.pollutant,
        CAST(DATE_TRUNC('quarter', s.sampled_date) AS DATE) AS quarter, COUNT(*) AS n,
        MAX(s.required_per_quarter) AS required
    FROM samples AS s
    GROUP BY ALL
),
too_few AS (
    SELECT
        q.enterprise_id, q.permit_no, q.outlet_code, q.pollutant, 'too_few' AS kind, q.quarter AS first_day,
        CAST(q.quarter + INTERVAL 3 MONTH - INTERVAL 1 DAY AS DATE) AS last_day, q.n, CAST(q.n AS DOUBLE) AS told,
        CAST(q.required AS DOUBLE) AS against
    FROM quarters AS q
    CROSS JOIN covered AS c
    WHERE q.n < q.required AND q.quarter >= c.first_day AND q.quarter + INTERVAL 3 MONTH <= $as_of::TIMESTAMP
),
outlets AS (
    SELECT permit_no, outlet_code, MIN(outlet_id) AS outlet_id FROM permit_limits GROUP BY permit_no, outlet_code
),
wanted AS (
    SELECT DISTINCT o.outlet_id, s.pollutant, s.sampled_date AS day
    FROM samples AS s
    INNER JOIN outlets AS o ON o.permit_no = s.permit_no AND o.outlet_code = s.outlet_code
    INNER JOIN (SELECT DISTINCT outlet_id FROM cems_days) AS d ON d.outlet_id = o.outlet_id
),
ranges AS (
    SELECT w.outlet_id, w.pollutant, w.day, COUNT(*) AS hours, MIN(h.zs_mg_m3) AS least, MAX(h.zs_mg_m3) AS most
    FROM cems_long AS h
    INNER JOIN wanted AS w
        ON w.outlet_id = h.outlet_id AND w.pollutant = h.pollutant AND w.day = CAST(h.time AS DATE)
    WHERE h.is_valid AND h.zs_mg_m3 > 0
    GROUP BY w.outlet_id, w.pollutant, w.day
),
monitored AS (
    SELECT s.sample_id, r.hours, r.least, r.most
    FROM samples AS s
    INNER JOIN outlets AS o ON o.permit_no = s.permit_no AND o.outlet_code = s.outlet_code
    INNER JOIN ranges AS r ON r.outlet_id = o.outlet_id AND r.pollutant = s.pollutant AND r.day = s.sampled_date
),
apart AS (
    SELECT
        s.enterprise_id, s.permit_no, s.outlet_code, s.pollutant, 'apart_from_monitoring' AS kind,
        MIN(s.sampled_date) AS first_day, MAX(s.sampled_date) AS last_day, COUNT(*) AS n, AVG(s.value_mg_m3) AS told,
        AVG((m.least + m.most) / 2) AS against
    FROM samples AS s
    INNER JOIN monitored AS m ON m.sample_id = s.sample_id AND m.hours >= 12
    WHERE s.value_mg_m3 > s.reporting_limit
        AND (s.value_mg_m3 > $cems_hi * m.most OR s.value_mg_m3 < $cems_lo * m.least)
    GROUP BY s.enterprise_id, s.permit_no, s.outlet_code, s.pollutant
),
stack_quarters AS (
    SELECT
        enterprise_id, EXTRACT(YEAR FROM date) AS year, EXTRACT(QUARTER FROM date) AS quarter,
        SUM(pm_kg) / 1000 AS pm_t, SUM(so2_kg) / 1000 AS so2_t, SUM(nox_kg) / 1000 AS nox_t
    FROM cems_days
    GROUP BY ALL
),
stack_periods AS (
    SELECT
        q.enterprise_id, q.year, p.period, k.pollutant,
        SUM(CASE k.pollutant WHEN 'PM' THEN q.pm_t WHEN 'SO2' THEN q.so2_t ELSE q.nox_t END) AS measured_t
    FROM stack_quarters AS q
    INNER JOIN (
        SELECT 1 AS quarter, 'Q1' AS period UNION ALL SELECT 2, 'Q2' UNION ALL SELECT 3, 'Q3' UNION ALL SELECT 4, 'Q4'
        UNION ALL SELECT 1, 'Y' UNION ALL SELECT 2, 'Y' UNION ALL SELECT 3, 'Y' UNION ALL SELECT 4, 'Y'
    ) AS p ON p.quarter = q.quarter
    CROSS JOIN (SELECT 'PM' AS pollutant UNION ALL SELECT 'SO2' UNION ALL SELECT 'NOx') AS k
    GROUP BY ALL
),
holders AS (
    SELECT p.permit_no, p.enterprise_id
    FROM permits AS p
    INNER JOIN (SELECT DISTINCT enterprise_id FROM stack_quarters) AS s ON s.enterprise_id = p.enterprise_id
),
reports AS (
    SELECT
        h.enterprise_id, MIN(a.permit_no) AS permit_no, a.pollutant, a.year, a.period, SUM(a.reported_t) AS reported_t,
        CASE a.period WHEN 'Q2' THEN MAKE_DATE(a.year, 4, 1) WHEN 'Q3' THEN MAKE_DATE(a.year, 7, 1)
            WHEN 'Q4' THEN MAKE_DATE(a.year, 10, 1) ELSE MAKE_DATE(a.year, 1, 1) END AS first_day,
        CASE a.period WHEN 'Q1' THEN MAKE_DATE(a.year, 3, 31) WHEN 'Q2' THEN MAKE_DATE(a.year, 6, 30)
            WHEN 'Q3' THEN MAKE_DATE(a.year, 9, 30) ELSE MAKE_DATE(a.year, 12, 31) END AS last_day
    FROM permit_amounts AS a
    INNER JOIN holders AS h ON h.permit_no = a.permit_no
    WHERE a.reported_t IS NOT NULL
    GROUP BY h.enterprise_id, a.pollutant, a.year, a.period
),
understated AS (
    SELECT
        r.enterprise_id, r.permit_no, NULL::VARCHAR AS outlet_code, r.pollutant, 'understated' AS kind, r.first_day,
        r.last_day, 1 AS n, r.reported_t AS told, s.measured_t AS against
    FROM reports AS r
    INNER JOIN stack_periods AS s
        ON s.enterprise_id = r.enterprise_id AND s.pollutant = r.pollutant AND s.year = r.year AND s.period = r.period
    WHERE r.last_day < $as_of::TIMESTAMP AND r.reported_t < $ratio * s.measured_t
),
cases AS (
    SELECT * FROM equal_results
    UNION ALL
    SELECT * FROM too_few
    UNION ALL
    SELECT * FROM apart
    UNION ALL
    SELECT * FROM understated
)
SELECT
    'enterprise' AS object_kind,
    enterprise_id AS object_id,
    enterprise_id,
    NULL::VARCHAR AS outlet_id,
    NULL::VARCHAR AS cell_id,
    pollutant,
    CAST(MIN(first_day) AS TIMESTAMP) AS window_from,
    CAST(MAX(last_day) AS TIMESTAMP) + INTERVAL 1 DAY AS window_to,
    CAST(MIN(first_day) AS TIMESTAMP) AS onset_at,
    3 AS severity,
    LEAST(1.0, 0.5 + 0.1 * MAX(n)) AS score,
    TO_JSON({
        'permit_no': MIN(permit_no), 'outlet_code': MIN(outlet_code),
        'kinds': STRING_AGG(DISTINCT kind, ',' ORDER BY kind), 'n': MAX(n), 'told': ROUND(MIN(told), 3),
        'against': ROUND(MAX(against), 3)
    })::VARCHAR AS facts
FROM cases
WHERE CAST(last_day AS TIMESTAMP) + INTERVAL 1 DAY > $from_at::TIMESTAMP OR kind IN ('too_few', 'understated')
GROUP BY enterprise_id, pollutant
