-- Enterprises in order of id, placed in a county and a city.
-- Grain    one row per enterprise
-- Columns  county_idx: the county of the register, else the one the position lies in, else 65535
WITH numbered AS (
    SELECT CAST(ROW_NUMBER() OVER (ORDER BY enterprise_id) - 1 AS UINTEGER) AS enterprise_idx, enterprises.*
    FROM enterprises
),
outlet_counts AS (
    SELECT enterprise_id, COUNT(*) AS n FROM outlets GROUP BY enterprise_id
),
placed AS (
    SELECT n.*, COALESCE(listed.county_idx, found.county_idx, 65535) AS county_idx
    FROM numbered AS n
    LEFT JOIN counties AS listed ON listed.adcode = n.county_adcode
    LEFT JOIN enterprise_counties AS found ON found.enterprise_id = n.enterprise_id
)
SELECT
    p.enterprise_idx,
    p.enterprise_id,
    p.name,
    p.uscc,
    p.permit_no,
    COALESCE(i.industry_idx, 255) AS industry_idx,
    p.county_idx,
    COALESCE(NULLIF(c.city_idx, 65535), city.place_idx, 65535) AS city_idx,
    p.lon_deg,
    p.lat_deg,
    p.coordinate_status,
    p.is_key_source,
    CAST(LEAST(COALESCE(o.n, 0), 255) AS UTINYINT) AS n_outlets
FROM placed AS p
LEFT JOIN counties AS c ON c.county_idx = p.county_idx
LEFT JOIN places AS city ON city.level = 1 AND city.adcode = p.city_adcode
LEFT JOIN industries AS i ON i.code = p.industry_code
LEFT JOIN outlet_counts AS o ON o.enterprise_id = p.enterprise_id
ORDER BY p.enterprise_idx
