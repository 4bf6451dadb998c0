-- Clues past their deadline, by the step they are in and by the team that has them.
-- Grain    one row per state, and one per team; by: 'step' | 'team'
-- Columns  late: working days past the deadline
SELECT
    CASE GROUPING(state) WHEN 0 THEN 'step' ELSE 'team' END AS by, state, team_code,
    COUNT(*) AS n, MEDIAN(late) AS median_late, MAX(late) AS most_late
FROM (
    SELECT s.state, s.team_code, l.late
    FROM scoped s
    JOIN lateness l ON l.day = CAST(s.due_at AS DATE) AND l.is_register = (s.version = 0)
    WHERE {overdue}
)
GROUP BY GROUPING SETS ((state), (team_code))
ORDER BY n DESC, state, team_code
