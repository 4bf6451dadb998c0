-- A problem of exceedance was closed (an earlier round, or a settled penalty), and the same enterprise is over the
-- limit again: $n_h valid hours running, same pollutant where the problem names one, within $win_d days of the
-- closure.
-- Of the families of problems only exceedance can be told from the tables alone; relapses of other families come
-- from the findings of their own rules, joined by the snapshot.
WITH parents AS (
    SELECT problem_id AS parent_id, enterprise_id, pollutant, closed_date
    FROM past_problems
    WHERE problem_type = 'exceedance' AND closed_date IS NOT NULL AND closed_date < $as_of::TIMESTAMP
    UNION ALL
    SELECT decision_no, enterprise_id, pollutant, decided_date
    FROM penalties
    WHERE fact_code = 'exceedance' AND is_closed AND decided_date < $as_of::TIMESTAMP
),
again AS (
    SELECT
        r.*, p.parent_id, p.closed_date, DATE_DIFF('day', p.closed_date, CAST(r.first_hour AS DATE)) AS days_after,
        ROW_NUMBER() OVER (
            PARTITION BY r.outlet_id, r.pollutant, r.first_hour ORDER BY p.closed_date DESC, p.parent_id
        ) AS back,
        COUNT(*) OVER (PARTITION BY r.outlet_id, r.pollutant, r.first_hour) AS parents
    FROM exceedance_runs AS r
    INNER JOIN parents AS p
        ON p.enterprise_id = r.enterprise_id AND COALESCE(p.pollutant, r.pollutant) = r.pollutant
        AND p.closed_date <= CAST(r.first_hour AS DATE)
        AND p.closed_date + INTERVAL 1 DAY * $win_d > CAST(r.first_hour AS DATE)
    WHERE r.hours >= $n_h
),
told AS (
    SELECT
        outlet_id, MIN(enterprise_id) AS enterprise_id, pollutant, MIN(first_hour) AS first_hour,
        MAX(last_hour) AS last_hour, COUNT(*) AS runs, SUM(hours) AS hours, MAX(max_ratio) AS max_ratio,
        MAX(limit_mg_m3) AS limit_mg_m3, MAX(parent_id) AS parent_id, MAX(closed_date) AS closed_date,
        MIN(days_after) AS days_after, MAX(parents) AS parents
    FROM again
    WHERE back = 1
    GROUP BY outlet_id, pollutant
)
SELECT
    'outlet' AS object_kind,
    outlet_id AS object_id,
    enterprise_id,
    outlet_id,
    NULL::VARCHAR AS cell_id,
    pollutant,
    first_hour AS window_from,
    last_hour + INTERVAL 1 HOUR AS window_to,
    first_hour AS onset_at,
    1 AS severity,
    LEAST(1.0, 0.7 + 0.1 * runs + CASE WHEN days_after <= $factor_d THEN 0.1 ELSE 0 END) AS score,
    TO_JSON({
        'parent_id': parent_id, 'closed_date': CAST(closed_date AS VARCHAR), 'days_after': days_after,
        'parents': parents, 'within_factor_d': days_after <= $factor_d, 'runs': runs, 'hours_over': hours,
        'max_ratio': ROUND(max_ratio, 3),
        'limit_mg_m3': limit_mg_m3, 'for_listed_supervision': parents >= 2 OR runs >= 2
    })::VARCHAR AS facts
FROM told
WHERE last_hour >= $from_at::TIMESTAMP
