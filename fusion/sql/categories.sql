-- The catalogue with what arrived of it. One row per category, connected or not. Parameter: as_of.
-- A category is late when its last day ended longer ago than its lag allows, counted to as_of.
WITH days AS (
    SELECT code, SUM(rows) AS rows, MIN(date) AS first_day, MAX(date) AS last_day, COUNT(*) AS n_days
    FROM category_days GROUP BY code
), undated AS (
    SELECT 'L01' AS code, COUNT(*) AS rows FROM enterprises HAVING 'L01' NOT IN (SELECT code FROM staged_days)
    UNION ALL SELECT code, SUM(rows) FROM staged_days WHERE date IS NULL GROUP BY code
), found AS (
    SELECT c.*, CAST(COALESCE(d.rows, 0) + COALESCE(u.rows, 0) AS BIGINT) AS rows, d.first_day, d.last_day,
           CAST(DATE_DIFF('hour', CAST(d.last_day + 1 AS TIMESTAMP), $as_of::TIMESTAMP) AS BIGINT) AS lag_h,
           c.cadence IN ('hourly', 'daily') AND d.first_day IS NOT NULL AS is_steady,
           DATE_DIFF('day', d.first_day, d.last_day) + 1 AS span, d.n_days
    FROM catalogue AS c
    LEFT JOIN days AS d ON d.code = c.code
    LEFT JOIN undated AS u ON u.code = c.code
)
SELECT code, group_zh, group_en, name_zh, name_en, provider_zh, provider_en, cadence, canonical_table,
       expected_rows_per_day, expected_lag_h, data_class, owner, rows, first_day, last_day, lag_h,
       CAST(CASE WHEN is_steady THEN span ELSE 0 END AS BIGINT) AS days_expected,
       CAST(CASE WHEN is_steady THEN span - n_days ELSE 0 END AS BIGINT) AS days_missing,
       CASE WHEN rows = 0 THEN 'never' WHEN cadence = 'snapshot' THEN 'snapshot'
            WHEN lag_h > expected_lag_h THEN 'late' ELSE 'on_time' END AS state
FROM found
ORDER BY code
