-- The list of bare ground in scope.
-- Grain    one row
-- Columns  bare: not covered; unknown: whether covered is not told; uses: patches by what the land is used for
SELECT
    COUNT(*) AS listed,
    COALESCE(SUM(area_m2), 0) AS listed_m2,
    COUNT(*) FILTER (NOT is_covered) AS bare,
    COALESCE(SUM(area_m2) FILTER (NOT is_covered), 0) AS bare_m2,
    COUNT(*) FILTER (is_covered IS NULL) AS unknown,
    MAX(image_date) AS newest_image,
    COALESCE((
        SELECT LIST({'use': land_use, 'n': n, 'area_m2': area_m2} ORDER BY area_m2 DESC, land_use)
        FROM (SELECT land_use, COUNT(*) AS n, SUM(area_m2) AS area_m2 FROM land_patches GROUP BY land_use)
    ), []) AS uses
FROM land_patches
