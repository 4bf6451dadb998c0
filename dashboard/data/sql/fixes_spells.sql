-- How long each fix has held: from the first passed re-check to the first relapse, else up to its clock.
-- Grain    one row per clue that ever passed a re-check
-- Columns  days: whole days
SELECT
    category,
    DATE_DIFF('second', rechecked_at, CASE WHEN relapsed_at >= rechecked_at THEN relapsed_at ELSE clock END) // 86400 AS days,
    COALESCE(relapsed_at >= rechecked_at, false) AS has_relapsed
FROM scoped
WHERE is_rechecked AND rechecked_at <= clock
