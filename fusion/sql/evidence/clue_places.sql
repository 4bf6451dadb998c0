-- Where and when a finding is, and what each network measures of its pollutant.
-- Grain    one row per finding
-- Columns  day_from, day_to: of the window its last $window_d days; product, ambient, component: the word under which
--          satellites, air stations and component stations have it, empty where they do not measure it
WITH patches AS (
    SELECT patch_id, MIN(lon_deg) AS lon_deg, MIN(lat_deg) AS lat_deg, MIN(county_adcode) AS county_adcode
    FROM bare_land
    GROUP BY patch_id
),
placed AS (
    SELECT
        f.*,
        u.category,
        COALESCE(e.lon_deg, c.lon_deg, s.lon_deg, b.lon_deg, d.lon_deg) AS lon_deg,
        COALESCE(e.lat_deg, c.lat_deg, s.lat_deg, b.lat_deg, d.lat_deg) AS lat_deg,
        COALESCE(e.city_adcode, c.city_adcode, s.city_adcode, CONCAT(SUBSTR(b.county_adcode, 1, 4), '00')) AS city_adcode,
        COALESCE(f.pollutant, 'PM25') AS about
    FROM findings AS f
    LEFT JOIN rules AS u ON u.rule_id = f.rule_id
    LEFT JOIN enterprises AS e ON e.enterprise_id = f.enterprise_id
    LEFT JOIN grid_cells AS c ON c.cell_id = f.cell_id
    LEFT JOIN sites AS s ON f.object_kind = 'station' AND s.site_id = f.object_id
    LEFT JOIN patches AS b ON f.object_kind = 'patch' AND b.patch_id = f.object_id
    LEFT JOIN satellite_detections AS d ON f.object_kind = 'detection' AND d.detection_id = f.object_id
)
SELECT
    clue_id,
    category,
    enterprise_id,
    object_id,
    window_from,
    window_to,
    GREATEST(CAST(window_from AS DATE), CAST(window_to - INTERVAL 1 DAY * $window_d AS DATE)) AS day_from,
    CAST(window_to - INTERVAL 1 SECOND AS DATE) AS day_to,
    lon_deg,
    lat_deg,
    city_adcode,
    CASE
        WHEN about IN ('PM', 'PM25', 'PM10') THEN 'PM25'
        WHEN about IN ('NOx', 'NO2') THEN 'NO2'
        WHEN about IN ('VOC', 'VOCs', 'NMHC', 'HCHO') THEN 'HCHO'
    END AS product,
    CASE
        WHEN about IN ('PM', 'PM25') THEN 'PM25'
        WHEN about IN ('NOx', 'NO2') THEN 'NO2'
        WHEN about IN ('PM10', 'SO2', 'CO', 'O3') THEN about
    END AS ambient,
    CASE
        WHEN about IN ('PM', 'PM25', 'PM10') THEN 'PM25'
        WHEN about = 'SO2' THEN 'sulfate'
        WHEN about IN ('NOx', 'NO2') THEN 'nitrate'
        WHEN about IN ('VOC', 'VOCs', 'NMHC', 'HCHO') THEN 'voc57'
    END AS component
FROM placed
