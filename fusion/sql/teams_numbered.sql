-- Teams in order of code.
-- Grain    one row per team
SELECT CAST(ROW_NUMBER() OVER (ORDER BY team_code) - 1 AS UTINYINT) AS team_idx, teams.*
FROM teams
ORDER BY team_idx
