-- The clues in scope that reached a stage and not the next, by how they stand: all stages in one pass.
-- Grain    one row per rest; a column per stage
SELECT
    rest,
    COUNT(*) FILTER (is_pushed AND NOT is_accepted) AS pushed,
    COUNT(*) FILTER (is_accepted AND NOT is_checked) AS accepted,
    COUNT(*) FILTER (is_checked AND NOT is_confirmed) AS checked,
    COUNT(*) FILTER (is_confirmed AND NOT is_rectified) AS confirmed,
    COUNT(*) FILTER (is_rectified AND NOT is_rechecked) AS rectified,
    COUNT(*) FILTER (is_rechecked AND NOT is_fixed) AS rechecked
FROM scoped
GROUP BY rest
