-- Patches of bare ground above $area_min, uncovered in the two latest images, within $d_km of an air-quality
-- station, in whose direction strong winds often blow; the station's PM10/PM2.5 is then above $ratio and $contrast
-- times its usual.
WITH images AS (
    SELECT *, ROW_NUMBER() OVER (PARTITION BY patch_id ORDER BY image_date DESC) AS back
    FROM bare_land
    WHERE image_date < $as_of::TIMESTAMP
),
patches AS (
    SELECT
        patch_id, MAX(CASE WHEN back = 1 THEN lon_deg END) AS lon_deg,
        MAX(CASE WHEN back = 1 THEN lat_deg END) AS lat_deg,
        MAX(CASE WHEN back = 1 THEN area_m2 END) AS area_m2, MAX(CASE WHEN back = 1 THEN land_use END) AS land_use,
        MIN(image_date) AS first_image, MAX(image_date) AS last_image
    FROM images
    WHERE back <= 2
    GROUP BY patch_id
    HAVING COUNT(*) = 2 AND MAX(CASE WHEN is_covered THEN 1 ELSE 0 END) = 0 AND MIN(area_m2) > $area_min
),
near AS (
    SELECT
        p.*, s.site_id AS station_id,
        111.2 * SQRT(POWER(p.lat_deg - s.lat_deg, 2) + POWER((p.lon_deg - s.lon_deg) * COS(RADIANS(s.lat_deg)), 2))
            AS distance_km,
        (DEGREES(ATAN2((p.lon_deg - s.lon_deg) * COS(RADIANS(s.lat_deg)), p.lat_deg - s.lat_deg)) + 360) % 360
            AS bearing_deg
    FROM patches AS p
    INNER JOIN sites AS s
        ON s.kind IN ('national', 'provincial') AND ABS(p.lat_deg - s.lat_deg) <= $d_km / 111.2
        AND ABS(p.lon_deg - s.lon_deg) * COS(RADIANS(s.lat_deg)) <= $d_km / 111.2
),
winds AS (  -- distinct, so that no plan joins all stations with all weather by the hour alone
    SELECT DISTINCT n.station_id, w.time, w.wind_speed_m_s, w.wind_from_deg
    FROM near AS n
    INNER JOIN weather_near AS k ON k.station_id = n.station_id
    INNER JOIN weather_hours AS w ON w.station_id = k.weather_id
    WHERE n.distance_km <= $d_km AND w.time >= $as_of::TIMESTAMP - INTERVAL 1 DAY * $win_d
),
hours AS (
    SELECT
        n.patch_id, n.station_id, h.time, h.pm10_ug_m3 / NULLIF(h.pm25_ug_m3, 0) AS ratio,
        w.wind_speed_m_s > $wind_min AS is_strong,
        ABS((w.wind_from_deg - n.bearing_deg + 540) % 360 - 180) <= $sector_deg AS is_upwind
    FROM near AS n
    INNER JOIN winds AS w ON w.station_id = n.station_id
    INNER JOIN station_hours AS h ON h.station_id = w.station_id AND h.time = w.time
    WHERE n.distance_km <= $d_km AND h.flag = 'N'
),
shares AS (
    SELECT
        patch_id, station_id, COUNT(CASE WHEN is_strong THEN 1 END) AS hours_strong,
        COUNT(CASE WHEN is_strong AND is_upwind THEN 1 END) AS hours_upwind,
        MEDIAN(CASE WHEN is_strong AND is_upwind THEN ratio END) AS ratio_upwind,
        MEDIAN(CASE WHEN NOT is_upwind OR NOT is_strong THEN ratio END) AS ratio_usual
    FROM hours
    GROUP BY patch_id, station_id
),
dusty AS (
    SELECT *, CASE WHEN time_before = time - INTERVAL 1 HOUR THEN 0 ELSE 1 END AS is_first
    FROM (
        SELECT h.*, LAG(h.time) OVER (PARTITION BY h.patch_id, h.station_id ORDER BY h.time) AS time_before
        FROM hours AS h
        INNER JOIN shares AS s ON s.patch_id = h.patch_id AND s.station_id = h.station_id
        WHERE h.ratio > $ratio AND h.ratio > $contrast * s.ratio_usual
    ) AS stepped
),
spells AS (
    SELECT patch_id, station_id, spell, MIN(time) AS first_hour, MAX(time) AS last_hour
    FROM (
        SELECT *, SUM(is_first) OVER (PARTITION BY patch_id, station_id ORDER BY time) AS spell FROM dusty
    ) AS numbered
    GROUP BY patch_id, station_id, spell
    HAVING MAX(CASE WHEN is_strong AND is_upwind THEN 1 ELSE 0 END) = 1
),
told AS (
    SELECT
        n.patch_id, n.station_id, n.area_m2, n.land_use, n.first_image, n.last_image, n.distance_km, n.bearing_deg,
        s.hours_strong, s.hours_upwind, s.ratio_upwind, s.ratio_usual, MIN(d.first_hour) AS first_hour,
        MAX(d.last_hour) AS last_hour
    FROM near AS n
    INNER JOIN shares AS s ON s.patch_id = n.patch_id AND s.station_id = n.station_id
    INNER JOIN spells AS d ON d.patch_id = n.patch_id AND d.station_id = n.station_id
    WHERE s.hours_strong >= $hours_min AND s.hours_upwind >= $share_min * s.hours_strong AND s.ratio_upwind > $ratio
        AND s.ratio_upwind > $contrast * s.ratio_usual
    GROUP BY ALL
),
ranked AS (
    SELECT
        *, ROW_NUMBER() OVER (PARTITION BY patch_id ORDER BY ratio_upwind / ratio_usual DESC, station_id) AS place
    FROM told
)
SELECT
    'patch' AS object_kind,
    patch_id AS object_id,
    NULL::VARCHAR AS enterprise_id,
    NULL::VARCHAR AS outlet_id,
    NULL::VARCHAR AS cell_id,
    'PM10' AS pollutant,
    first_hour AS window_from,
    last_hour + INTERVAL 1 HOUR AS window_to,
    first_hour AS onset_at,
    3 AS severity,
    LEAST(1.0, 0.3 + 0.2 * ratio_upwind / $ratio + 0.3 * hours_upwind / hours_strong) AS score,
    TO_JSON({
        'station_id': station_id, 'area_m2': area_m2, 'land_use': land_use, 'distance_km': ROUND(distance_km, 2),
        'bearing_deg': ROUND(bearing_deg, 0), 'hours_strong': hours_strong, 'hours_upwind': hours_upwind,
        'ratio_upwind': ROUND(ratio_upwind, 2), 'ratio_usual': ROUND(ratio_usual, 2),
        'images': CAST(first_image AS VARCHAR) || '/' || CAST(last_image AS VARCHAR)
    })::VARCHAR AS facts
FROM ranked
WHERE place = 1 AND last_hour >= $from_at::TIMESTAMP
