-- For every air-quality station the weather station that speaks for it: the nearest within 50 km.
-- Grain    one row per station that has one
WITH pairs AS (
    SELECT
        s.site_id AS station_id,
        w.site_id AS weather_id,
        111.2 * SQRT(POWER(s.lat_deg - w.lat_deg, 2)
            + POWER((s.lon_deg - w.lon_deg) * COS(RADIANS(s.lat_deg)), 2)) AS distance_km
    FROM sites AS s
    INNER JOIN sites AS w
        ON w.kind = 'weather' AND w.lat_deg BETWEEN s.lat_deg - 0.5 AND s.lat_deg + 0.5
        AND w.lon_deg BETWEEN s.lon_deg - 0.8 AND s.lon_deg + 0.8
    WHERE s.kind IN ('national', 'provincial', 'township')
),
ranked AS (
    SELECT *, ROW_NUMBER() OVER (PARTITION BY station_id ORDER BY distance_km, weather_id) AS place
    FROM pairs
    WHERE distance_km <= 50
)
SELECT station_id, weather_id, distance_km FROM ranked WHERE place = 1
