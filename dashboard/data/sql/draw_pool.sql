-- Enterprises that may be drawn within region and industries, with the class their weight follows from.
-- Grain    one row per enterprise, by its id
-- Columns  has_clue: any clue ever named it; class: prominent (a prominent problem in the 12 months before $now), else
--          key_source, else other
SELECT
    e.enterprise_id, e.name, e.lon_deg, e.lat_deg, county.name_zh AS county_zh, county.adcode AS county_adcode,
    city.name_zh AS city_zh, city.adcode AS city_adcode,
    e.enterprise_idx IN (SELECT enterprise_idx FROM clues) AS has_clue,
    CASE
        WHEN e.enterprise_idx IN (
            SELECT enterprise_idx FROM problems
            WHERE is_prominent AND found_date > $now::DATE - INTERVAL 12 MONTH AND found_date <= $now::DATE
        ) THEN 'prominent'
        WHEN e.is_key_source THEN 'key_source'
        ELSE 'other'
    END AS class
FROM enterprises e
LEFT JOIN places county ON county.place_idx = e.county_idx
LEFT JOIN places city ON city.place_idx = e.city_idx
WHERE e.coordinate_status = 'ok' AND e.enterprise_id <> '' AND city.adcode IS NOT NULL
  AND among($cities, e.city_idx) AND among($counties, e.county_idx) AND among($industries, e.industry_idx)
  AND in_group($group_code, e.city_idx, $now::DATE)
ORDER BY e.enterprise_id
