-- Problems with row numbers.
-- Grain    one row per problem
SELECT p.*, e.enterprise_idx, COALESCE(r.round_idx, 255) AS round_idx
FROM problems AS p
INNER JOIN enterprises_numbered AS e ON e.enterprise_id = p.enterprise_id
LEFT JOIN rounds_numbered AS r ON r.round_code = p.round_code
ORDER BY p.found_date, e.enterprise_idx, p.problem_id
