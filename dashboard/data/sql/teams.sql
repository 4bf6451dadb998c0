-- The teams with what is on their desks.
-- Grain    one row per team of the snapshot
-- Columns  open, overdue, due24: of clues in scope that are theirs; suggested: findings of this build suggested to them;
--          checks, enterprises: their checks of the rounds $rounds_checked; team_days: days on which they checked
SELECT
    t.team_code, t.name_zh, t.name_en, t.number, t.city_adcode, base.name_zh AS city_zh, base.name_en AS city_en,
    COALESCE(k.open, 0) AS open, COALESCE(k.overdue, 0) AS overdue, COALESCE(k.due24, 0) AS due24,
    COALESCE(k.stopped, 0) AS stopped, COALESCE(k.pushed, 0) AS pushed,
    COALESCE(p.suggested, 0) AS suggested,
    COALESCE(v.checks, 0) AS checks, COALESCE(v.enterprises, 0) AS enterprises, COALESCE(v.team_days, 0) AS team_days,
    COALESCE(v.problems, 0)::INTEGER AS problems
FROM teams t
LEFT JOIN (SELECT adcode, name_zh, name_en FROM places WHERE level = 1) base ON base.adcode = t.city_adcode
LEFT JOIN (
    SELECT team_code, COUNT(*) FILTER (is_open) AS open, COUNT(*) FILTER ({overdue}) AS overdue,
           COUNT(*) FILTER ({due24}) AS due24, COUNT(*) FILTER ({stopped}) AS stopped, COUNT(*) FILTER (is_pushed) AS pushed
    FROM scoped GROUP BY team_code
) k ON k.team_code = t.team_code
LEFT JOIN (SELECT team_idx, COUNT(*) AS suggested FROM push_plan WHERE why_not IS NULL GROUP BY team_idx) p
    ON p.team_idx = t.team_idx
LEFT JOIN (
    SELECT team_idx, COUNT(*) AS checks, COUNT(DISTINCT enterprise_idx) AS enterprises,
           COUNT(DISTINCT checked_date) AS team_days, SUM(n_problems) AS problems
    FROM checks WHERE list_contains($rounds_checked, round_idx) GROUP BY team_idx
) v ON v.team_idx = t.team_idx
ORDER BY t.number, t.team_code
