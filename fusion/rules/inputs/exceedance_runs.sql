-- Runs of valid hours above the limit, without a hole; an hour under a mark or with too few minutes says nothing.
-- Grain    one row per outlet, pollutant and run
WITH over_limit AS (
    SELECT
        outlet_id, enterprise_id, pollutant, time, ratio, limit_mg_m3,
        LAG(time) OVER (PARTITION BY outlet_id, pollutant ORDER BY time) AS time_before
    FROM exceeding_hours
    WHERE is_running AND ratio > 1
),
begun AS (
    SELECT
        *,
        SUM(CASE WHEN time_before = time - INTERVAL 1 HOUR THEN 0 ELSE 1 END)
            OVER (PARTITION BY outlet_id, pollutant ORDER BY time) AS run
    FROM over_limit
)
SELECT
    outlet_id,
    MIN(enterprise_id) AS enterprise_id,
    pollutant,
    MIN(time) AS first_hour,
    MAX(time) AS last_hour,
    COUNT(*) AS hours,
    MAX(ratio) AS max_ratio,
    MAX(limit_mg_m3) AS limit_mg_m3
FROM begun
GROUP BY outlet_id, pollutant, run
