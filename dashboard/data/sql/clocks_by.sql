-- Clues past their deadline, by the step they are in and by the team that has them.
-- Grain    one row per state, and one per team; by: 'step' | 'team'
-- Columns  median_late, most_late: working days past the deadline; team_zh, team_en: what the team is called
SELECT
    CASE GROUPING(state) WHEN 0 THEN 'step' ELSE 'team' END AS by, state, team_code,
    ANY_VALUE(team_zh) AS team_zh, ANY_VALUE(team_en) AS team_en,
    COUNT(*) AS n, MEDIAN(late) AS median_late, MAX(late) AS most_late
FROM (
    SELECT s.state, s.team_code, t.name_zh AS team_zh, t.name_en AS team_en, l.late
    FROM scoped s
    LEFT JOIN teams t ON t.team_code = s.team_code
    JOIN lateness l ON l.day = CAST(s.due_at AS DATE) AND l.is_register = (s.version = 0)
    WHERE {overdue}
)
GROUP BY GROUPING SETS ((state), (team_code))
ORDER BY n DESC, state, team_code
