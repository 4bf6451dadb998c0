-- The list of bare ground: each patch as its latest image shows it.
-- Grain    one row per patch with an image before the build's hour
WITH images AS (
    SELECT
        *,
        ROW_NUMBER() OVER (PARTITION BY patch_id ORDER BY image_date DESC) AS back,
        COUNT(*) OVER (PARTITION BY patch_id) AS n_images
    FROM bare_land
    WHERE image_date < $as_of::TIMESTAMP
)
SELECT
    i.patch_id,
    CAST(COALESCE(c.county_idx, 65535) AS USMALLINT) AS county_idx,
    CAST(COALESCE(c.city_idx, 65535) AS USMALLINT) AS city_idx,
    i.image_date,
    CAST(i.n_images AS USMALLINT) AS n_images,
    CAST(i.area_m2 AS REAL) AS area_m2,
    i.land_use,
    i.is_covered
FROM images AS i
LEFT JOIN counties AS c ON c.adcode = i.county_adcode
WHERE i.back = 1
ORDER BY i.patch_id
