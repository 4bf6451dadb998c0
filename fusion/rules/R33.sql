-- (a) A fire on land that grows something, of $conf confidence or better. The kind of land comes with the archive
-- only; where it lacks, a point with no enterprise within $lone_km and no other detection there on other days
-- counts.
-- (b) A plant of a hot process seen hot, $n_hot times or more, from $cool_h after the begin of a stop mark or of an
-- alert that orders it to stop. Maps of cropland and of the cities' ban areas are not in the data.
WITH levels AS (
    SELECT 'low' AS name, 1 AS rank UNION ALL SELECT 'nominal', 2 UNION ALL SELECT 'high', 3
),
bands AS (
    SELECT -1 AS step UNION ALL SELECT 0 UNION ALL SELECT 1
),
seen AS (
    SELECT d.*, CAST(d.observed_at AS DATE) AS day
    FROM satellite_detections AS d
    INNER JOIN levels AS l ON l.name = d.confidence
    INNER JOIN levels AS least ON least.name = $conf
    WHERE l.rank >= least.rank
),
unknown AS (
    SELECT * FROM seen WHERE fire_type IS NULL AND observed_at >= $from_at::TIMESTAMP
),
at_plants AS (
    SELECT DISTINCT u.detection_id
    FROM unknown AS u
    CROSS JOIN bands AS b
    INNER JOIN enterprises AS e
        ON FLOOR(e.lat_deg * 111.2 / $lone_km) = FLOOR(u.lat_deg * 111.2 / $lone_km) + b.step
        AND ABS(e.lat_deg - u.lat_deg) <= $lone_km / 111.2
        AND ABS(e.lon_deg - u.lon_deg) * COS(RADIANS(u.lat_deg)) <= $lone_km / 111.2
),
steady AS (
    SELECT u.detection_id
    FROM unknown AS u
    CROSS JOIN bands AS b
    INNER JOIN seen AS o
        ON FLOOR(o.lat_deg * 111.2 / $lone_km) = FLOOR(u.lat_deg * 111.2 / $lone_km) + b.step
        AND o.day <> u.day AND ABS(o.lat_deg - u.lat_deg) <= $lone_km / 111.2
        AND ABS(o.lon_deg - u.lon_deg) * COS(RADIANS(u.lat_deg)) <= $lone_km / 111.2
    GROUP BY u.detection_id
    HAVING COUNT(DISTINCT o.day) >= 2
),
fires AS (
    SELECT detection_id, observed_at, confidence, frp_mw, fire_type, satellite
    FROM seen
    WHERE fire_type = 'vegetation' AND observed_at >= $from_at::TIMESTAMP
    UNION ALL
    SELECT u.detection_id, u.observed_at, u.confidence, u.frp_mw, u.fire_type, u.satellite
    FROM unknown AS u
    LEFT JOIN at_plants AS p ON p.detection_id = u.detection_id
    LEFT JOIN steady AS s ON s.detection_id = u.detection_id
    WHERE p.detection_id IS NULL AND s.detection_id IS NULL
),
hot_processes AS (
    SELECT enterprise_id, city_adcode, industry_code, lon_deg, lat_deg
    FROM enterprises
    WHERE industry_code IN (
        'steel', 'coking', 'thermal_power', 'power_coal', 'power_biomass', 'waste_incineration', 'cement', 'glass',
        'ceramics', 'brick', 'nonferrous', 'foundry', 'petrochemical', 'coal_chemical'
    )
),
stops AS (
    SELECT c.enterprise_id, 'stop_mark' AS why, c.mark_id AS told_by, c.from_at, c.to_at
    FROM condition_marks AS c
    INNER JOIN hot_processes AS e ON e.enterprise_id = c.enterprise_id
    WHERE c.condition = 'stopped'
    UNION ALL
    SELECT e.enterprise_id, 'alert', a.alert_id, a.from_at, a.to_at
    FROM alert_periods AS a
    INNER JOIN hot_processes AS e ON e.city_adcode = a.city_adcode
    INNER JOIN (
        SELECT enterprise_id, level FROM reduction_measures
        GROUP BY enterprise_id, level
        HAVING MIN(measure) = 'stop' AND MAX(measure) = 'stop' AND MAX(min_load_pct) = 0
            AND MAX(CASE WHEN is_exempt THEN 1 ELSE 0 END) = 0
    ) AS m ON m.enterprise_id = e.enterprise_id AND m.level = a.level
),
hot_plants AS (
    SELECT e.enterprise_id, e.industry_code, d.detection_id, d.observed_at, d.frp_mw
    FROM hot_processes AS e
    CROSS JOIN bands AS b
    INNER JOIN seen AS d
        ON FLOOR(d.lat_deg * 111.2 / $plant_km) = FLOOR(e.lat_deg * 111.2 / $plant_km) + b.step
        AND ABS(d.lat_deg - e.lat_deg) <= $plant_km / 111.2
        AND ABS(d.lon_deg - e.lon_deg) * COS(RADIANS(e.lat_deg)) <= $plant_km / 111.2
    WHERE e.enterprise_id IN (SELECT enterprise_id FROM stops) AND (d.fire_type IS NULL OR d.fire_type = 'static_land')
),
still_hot AS (
    SELECT
        h.enterprise_id, MIN(h.detection_id) AS detection_id, s.why, s.told_by, MIN(h.observed_at) AS first_at,
        MAX(h.observed_at) AS last_at, COUNT(DISTINCT h.observed_at) AS n, MAX(h.frp_mw) AS frp_mw,
        MIN(h.industry_code) AS industry
    FROM hot_plants AS h
    INNER JOIN stops AS s
        ON s.enterprise_id = h.enterprise_id AND h.observed_at >= s.from_at + INTERVAL 1 HOUR * $cool_h
        AND h.observed_at < s.to_at
    GROUP BY h.enterprise_id, s.why, s.told_by
    HAVING COUNT(DISTINCT h.observed_at) >= $n_hot AND MAX(h.observed_at) >= $from_at::TIMESTAMP
),
told_once AS (
    SELECT
        *, ROW_NUMBER() OVER (PARTITION BY enterprise_id, first_at ORDER BY n DESC, why DESC, told_by) AS place
    FROM still_hot
)
SELECT
    'detection' AS object_kind,
    detection_id AS object_id,
    NULL::VARCHAR AS enterprise_id,
    NULL::VARCHAR AS outlet_id,
    NULL::VARCHAR AS cell_id,
    NULL::VARCHAR AS pollutant,
    observed_at AS window_from,
    observed_at + INTERVAL 1 HOUR AS window_to,
    observed_at AS onset_at,
    2 AS severity,
    LEAST(1.0, CASE confidence WHEN 'high' THEN 0.8 ELSE 0.5 END + COALESCE(frp_mw, 0) / 200) AS score,
    TO_JSON({
        'kind': 'open_fire', 'confidence': confidence, 'frp_mw': frp_mw, 'fire_type': fire_type, 'satellite': satellite
    })::VARCHAR AS facts
FROM fires
UNION ALL
SELECT
    'enterprise', enterprise_id, enterprise_id, NULL, NULL, NULL, first_at, last_at + INTERVAL 1 HOUR, first_at, 1,
    LEAST(1.0, 0.5 + 0.1 * n),
    TO_JSON({
        'kind': 'hot_while_stopped', 'why': why, 'told_by': told_by, 'times_seen': n, 'frp_mw': frp_mw,
        'industry': industry, 'detection_id': detection_id
    })::VARCHAR
FROM told_once
WHERE place = 1
