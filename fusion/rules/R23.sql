-- Enterprises graded A, B or leading for this year (or by the last grade given) against facts: a decision on falsified
-- data, hours above the limit of the outlet, hours above it under a fault or maintenance mark.
-- The indicator limits of the grading guide are not in the data: the outlet's limit stands for them, which only
-- spares. Findings of R01 to R09 are joined where the snapshot has them, not here.
WITH latest AS (
    SELECT enterprise_id, industry39, year, grade
    FROM (
        SELECT *, ROW_NUMBER() OVER (PARTITION BY enterprise_id ORDER BY year DESC, grade DESC) AS back
        FROM grades
        WHERE year <= EXTRACT(YEAR FROM $as_of::TIMESTAMP)
    ) AS ranked
    WHERE back = 1 AND grade IN ('A', 'B', 'leading')
),
falsified AS (
    SELECT p.enterprise_id, COUNT(*) AS decisions, MIN(p.decided_date) AS first_date
    FROM penalties AS p
    INNER JOIN latest AS g ON g.enterprise_id = p.enterprise_id
    WHERE p.fact_code IN ('cems_falsification', 'self_monitoring_falsification')
        AND p.decided_date < $as_of::TIMESTAMP AND p.decided_date >= $as_of::TIMESTAMP - INTERVAL 1 DAY * $penalty_d
    GROUP BY p.enterprise_id
),
hours AS (
    SELECT
        c.enterprise_id,
        COUNT(CASE WHEN c.is_valid THEN 1 END) AS hours_valid,
        COUNT(CASE WHEN c.is_valid AND c.ratio > 1 THEN 1 END) AS hours_over,
        MIN(CASE WHEN c.is_valid AND c.ratio > 1 THEN c.time END) AS first_over,
        COUNT(CASE WHEN c.ratio > 1 AND c.flag IN ('D', 'M', 'C') THEN 1 END) AS hours_over_marked
    FROM cems_long AS c
    INNER JOIN latest AS g ON g.enterprise_id = c.enterprise_id
    WHERE c.ratio IS NOT NULL AND c.is_running AND c.time >= $as_of::TIMESTAMP - INTERVAL 1 DAY * $look_d
    GROUP BY c.enterprise_id
)
SELECT
    'enterprise' AS object_kind,
    g.enterprise_id AS object_id,
    g.enterprise_id,
    NULL::VARCHAR AS outlet_id,
    NULL::VARCHAR AS cell_id,
    NULL::VARCHAR AS pollutant,
    LEAST(CAST(f.first_date AS TIMESTAMP), CASE WHEN h.hours_over > $hours_share * h.hours_valid THEN h.first_over END)
        AS window_from,
    $as_of::TIMESTAMP AS window_to,
    LEAST(CAST(f.first_date AS TIMESTAMP), CASE WHEN h.hours_over > $hours_share * h.hours_valid THEN h.first_over END)
        AS onset_at,
    3 AS severity,
    CASE WHEN f.decisions IS NOT NULL THEN 0.9 ELSE 0.6 END AS score,
    TO_JSON({
        'grade': g.grade, 'grade_year': g.year, 'industry': g.industry39,
        'falsification_decisions': COALESCE(f.decisions, 0), 'hours_valid': h.hours_valid,
        'hours_over': h.hours_over, 'hours_over_marked': h.hours_over_marked
    })::VARCHAR AS facts
FROM latest AS g
LEFT JOIN falsified AS f ON f.enterprise_id = g.enterprise_id
LEFT JOIN hours AS h ON h.enterprise_id = g.enterprise_id
WHERE f.decisions IS NOT NULL OR h.hours_valid >= $hours_min AND h.hours_over > $hours_share * h.hours_valid
