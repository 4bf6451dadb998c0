-- Inspections with what they found.
-- Grain    one row per inspection
-- Columns  cell_id: cell of the grid the enterprise lies in
WITH found AS (
    SELECT inspection_id, COUNT(*) AS n, COUNT(CASE WHEN is_prominent THEN 1 END) AS n_prominent
    FROM problems
    GROUP BY inspection_id
)
SELECT
    i.inspection_id,
    e.enterprise_idx,
    COALESCE(r.round_idx, 255) AS round_idx,
    e.county_idx,
    e.city_idx,
    e.industry_idx,
    i.checked_date,
    COALESCE(t.team_idx, 255) AS team_idx,
    i.mode,
    CAST(LEAST(COALESCE(f.n, 0), 255) AS UTINYINT) AS n_problems,
    CAST(LEAST(COALESCE(f.n_prominent, 0), 255) AS UTINYINT) AS n_prominent,
    i.is_control,
    w.cell_id
FROM inspections AS i
INNER JOIN enterprises_numbered AS e ON e.enterprise_id = i.enterprise_id
LEFT JOIN rounds_numbered AS r ON r.round_code = i.round_code
LEFT JOIN teams_numbered AS t ON t.team_code = i.team_code
LEFT JOIN found AS f ON f.inspection_id = i.inspection_id
LEFT JOIN enterprise_counties AS w ON w.enterprise_id = i.enterprise_id
ORDER BY i.checked_date, e.enterprise_idx, i.inspection_id
