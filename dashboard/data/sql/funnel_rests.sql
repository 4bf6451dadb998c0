-- The clues in scope that reached a stage and not the next, by how they stand.
-- Grain    one row per stage and rest
SELECT 'pushed' AS stage, rest, COUNT(*) AS n FROM scoped WHERE is_pushed AND NOT is_accepted GROUP BY rest
UNION ALL
SELECT 'accepted', rest, COUNT(*) FROM scoped WHERE is_accepted AND NOT is_checked GROUP BY rest
UNION ALL
SELECT 'checked', rest, COUNT(*) FROM scoped WHERE is_checked AND NOT is_confirmed GROUP BY rest
UNION ALL
SELECT 'confirmed', rest, COUNT(*) FROM scoped WHERE is_confirmed AND NOT is_rectified GROUP BY rest
UNION ALL
SELECT 'rectified', rest, COUNT(*) FROM scoped WHERE is_rectified AND NOT is_rechecked GROUP BY rest
UNION ALL
SELECT 'rechecked', rest, COUNT(*) FROM scoped WHERE is_rechecked AND NOT is_fixed GROUP BY rest
