-- Key-region groups by city. A member that is no city of the boundary source is left out and counted by the pipeline.
-- Grain    one row per group, city and first day
SELECT g.group_code, g.name_zh, g.name_en, p.place_idx AS city_idx, g.valid_from, g.valid_to
FROM region_groups AS g
INNER JOIN places AS p ON p.level = 1 AND p.adcode = g.city_adcode
ORDER BY g.group_code, p.place_idx, g.valid_from
