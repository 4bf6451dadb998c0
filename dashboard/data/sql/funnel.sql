-- How many clues in scope reached each stage, in all and by region, round, team and rule.
-- Grain    one row per group; by: 'total' | 'region' | 'round' | 'team' | 'rule', key: index or code, null for total
-- Columns  n_<stage>: clues that reached it; on_<stage>: of these, those that reached the next; h_<stage>: median hours
--          from the stage before; hours_* as the stages of S55
SELECT
    CASE GROUPING(region_idx, round_idx, team_code, rule_idx)
        WHEN 7 THEN 'region' WHEN 11 THEN 'round' WHEN 13 THEN 'team' WHEN 14 THEN 'rule' ELSE 'total'
    END AS by,
    region_idx, round_idx, team_code, rule_idx,
    COUNT(*) AS n_clues,
    COUNT(*) FILTER (is_pushed) AS n_pushed,
    COUNT(*) FILTER (is_accepted) AS n_accepted,
    COUNT(*) FILTER (is_checked) AS n_checked,
    COUNT(*) FILTER (is_confirmed) AS n_confirmed,
    COUNT(*) FILTER (is_rectified) AS n_rectified,
    COUNT(*) FILTER (is_rechecked) AS n_rechecked,
    COUNT(*) FILTER (is_fixed) AS n_fixed,
    COUNT(*) FILTER (is_pushed AND is_accepted) AS on_pushed,
    COUNT(*) FILTER (is_accepted AND is_checked) AS on_accepted,
    COUNT(*) FILTER (is_checked AND is_confirmed) AS on_checked,
    COUNT(*) FILTER (is_confirmed AND is_rectified) AS on_confirmed,
    COUNT(*) FILTER (is_rectified AND is_rechecked) AS on_rectified,
    COUNT(*) FILTER (is_rechecked AND is_fixed) AS on_rechecked
FROM (SELECT *, CASE $level WHEN 0 THEN province_idx WHEN 1 THEN city_idx ELSE county_idx END AS region_idx FROM scoped)
GROUP BY GROUPING SETS ((), (region_idx), (round_idx), (team_code), (rule_idx))
