-- Enterprises with automatic monitoring that were investigated, counted up: each once, in the month of its first verdict.
-- Grain    one row per month
SELECT month, COUNT(*) AS n, SUM(COUNT(*)) OVER (ORDER BY month)::INTEGER AS so_far
FROM (
    SELECT enterprise_id, STRFTIME(MIN(checked_at), '%Y-%m') AS month
    FROM scoped
    WHERE is_checked AND category = 'cems' AND enterprise_id IS NOT NULL AND checked_at IS NOT NULL
    GROUP BY enterprise_id
)
GROUP BY month
ORDER BY month
