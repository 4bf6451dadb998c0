-- Outlets of the permits (G02).
SELECT
    l.outlet_id,
    MIN(p.enterprise_id) AS enterprise_id,
    MIN(l.outlet_code) AS outlet_code,
    CAST(NULL AS VARCHAR) AS name,
    MAX(l.stack_height_m) AS stack_height_m
FROM permit_limits AS l
INNER JOIN permits AS p ON p.permit_no = l.permit_no
GROUP BY l.outlet_id
