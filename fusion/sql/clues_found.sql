-- Findings of the rules as clues: where each is drawn, which county and round it belongs to.
-- Grain    one row per finding that has a place; a clue about an enterprise has no cell
WITH points AS (
    SELECT f.clue_id, COALESCE(e.lon_deg, g.lon_deg, s.lon_deg, b.lon_deg, d.lon_deg) AS lon_deg,
           COALESCE(e.lat_deg, g.lat_deg, s.lat_deg, b.lat_deg, d.lat_deg) AS lat_deg,
           COALESCE(e.county_adcode, g.county_adcode, s.county_adcode, b.county_adcode, '') AS county_adcode
    FROM findings AS f
    LEFT JOIN enterprises AS e ON e.enterprise_id = f.enterprise_id
    LEFT JOIN grid_cells AS g ON g.cell_id = f.cell_id
    LEFT JOIN sites AS s ON f.object_kind = 'station' AND s.site_id = f.object_id
    LEFT JOIN (
        SELECT patch_id, MIN(lon_deg) AS lon_deg, MIN(lat_deg) AS lat_deg, MIN(county_adcode) AS county_adcode
        FROM bare_land GROUP BY patch_id
    ) AS b ON f.object_kind = 'patch' AND b.patch_id = f.object_id
    LEFT JOIN satellite_detections AS d ON f.object_kind = 'detection' AND d.detection_id = f.object_id
)
SELECT
    f.clue_id,
    f.rule_id,
    u.category,
    f.severity,
    f.enterprise_id,
    CASE WHEN f.enterprise_id IS NULL THEN f.cell_id END AS cell_id,
    p.county_adcode,
    p.lon_deg,
    p.lat_deg,
    COALESCE(r.round_code, '') AS round_code,
    f.pollutant,
    f.window_from,
    f.window_to,
    f.detected_at,
    f.score
FROM findings AS f
INNER JOIN points AS p ON p.clue_id = f.clue_id
INNER JOIN rules AS u ON u.rule_id = f.rule_id
LEFT JOIN rounds AS r ON r.from_date <= CAST(f.detected_at AS DATE) AND r.to_date > CAST(f.detected_at AS DATE)
WHERE p.lon_deg IS NOT NULL AND p.lat_deg IS NOT NULL
