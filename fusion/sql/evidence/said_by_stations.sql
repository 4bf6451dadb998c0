-- What air quality and the component networks say of a finding: its nearest station against those around it.
-- Grain    one row per finding and kind of network
-- Columns  n: days compared; value: ratio of the means over those days; away_km: to the station, empty for the city
WITH asked AS (
    SELECT clue_id, 'air' AS kind, ambient AS measured, lon_deg, lat_deg, object_id, day_from, day_to,
           $air_km AS km, $air_ring_km AS ring_km, $air_least_n AS least_n
    FROM clue_places
    UNION ALL
    SELECT clue_id, 'network', component, lon_deg, lat_deg, object_id, day_from, day_to,
           $network_km, $network_ring_km, $network_least_n
    FROM clue_places
),
bands AS (
    SELECT -1 AS step UNION ALL SELECT 0 UNION ALL SELECT 1
),
posts AS (
    SELECT d.kind, d.measured, s.site_id, s.lon_deg, s.lat_deg
    FROM (SELECT DISTINCT kind, measured, station_id FROM station_days) AS d
    INNER JOIN sites AS s ON s.site_id = d.station_id
    WHERE s.lon_deg IS NOT NULL AND s.lat_deg IS NOT NULL
),
banded AS (
    SELECT p.*, CAST(FLOOR(p.lat_deg * 111.2 / r.ring_km) AS INTEGER) AS band
    FROM posts AS p
    INNER JOIN (SELECT DISTINCT kind, ring_km FROM asked) AS r ON r.kind = p.kind
),
in_reach AS (  -- told apart first, so that a station is sought by its band
    SELECT DISTINCT a.*, CAST(FLOOR(a.lat_deg * 111.2 / a.ring_km) AS INTEGER) + b.step AS band
    FROM asked AS a
    CROSS JOIN bands AS b
),
pairs AS (
    SELECT
        a.clue_id, a.kind, a.measured, a.day_from, a.day_to, a.km, a.ring_km, a.least_n, p.site_id,
        SQRT(POWER((p.lat_deg - a.lat_deg) * 111.2, 2)
            + POWER((p.lon_deg - a.lon_deg) * 111.2 * COS(RADIANS(a.lat_deg)), 2)) AS away_km
    FROM in_reach AS a
    INNER JOIN banded AS p
        ON p.kind = a.kind AND p.measured = a.measured AND p.band = a.band AND p.site_id <> a.object_id
),
daily AS (
    SELECT p.clue_id, p.kind, p.site_id, p.away_km, p.away_km <= p.km AS is_near, p.least_n, d.date, d.value
    FROM pairs AS p
    INNER JOIN station_days AS d
        ON d.kind = p.kind AND d.station_id = p.site_id AND d.measured = p.measured
        AND d.date >= p.day_from AND d.date <= p.day_to
    WHERE p.away_km <= p.ring_km
),
nearest AS (
    SELECT clue_id, kind, site_id, away_km
    FROM (
        SELECT *, ROW_NUMBER() OVER (PARTITION BY clue_id, kind ORDER BY away_km, site_id) AS place
        FROM (SELECT DISTINCT clue_id, kind, site_id, away_km FROM daily WHERE is_near) AS n
    ) AS ranked
    WHERE place = 1
),
around AS (
    SELECT clue_id, kind, date, SUM(CAST(value AS DECIMAL(18, 4))) / COUNT(*) AS value
    FROM daily
    WHERE NOT is_near
    GROUP BY clue_id, kind, date
    HAVING COUNT(*) >= MAX(least_n)
),
compared AS (
    SELECT
        n.clue_id, n.kind, COUNT(*) AS n, MAX(n.away_km) AS away_km,
        SUM(CAST(d.value AS DECIMAL(18, 4))) / SUM(CAST(a.value AS DECIMAL(18, 4))) AS ratio
    FROM nearest AS n
    INNER JOIN daily AS d ON d.clue_id = n.clue_id AND d.kind = n.kind AND d.site_id = n.site_id
    INNER JOIN around AS a ON a.clue_id = n.clue_id AND a.kind = n.kind AND a.date = d.date
    GROUP BY n.clue_id, n.kind
    HAVING SUM(CAST(a.value AS DECIMAL(18, 4))) > 0
),
cities AS (
    SELECT city_adcode, date, 'PM25' AS measured, pm25_ug_m3 AS value FROM city_days
    UNION ALL SELECT city_adcode, date, 'PM10', pm10_ug_m3 FROM city_days
    UNION ALL SELECT city_adcode, date, 'SO2', so2_ug_m3 FROM city_days
    UNION ALL SELECT city_adcode, date, 'NO2', no2_ug_m3 FROM city_days
    UNION ALL SELECT city_adcode, date, 'CO', co_mg_m3 FROM city_days
    UNION ALL SELECT city_adcode, date, 'O3', o3_ug_m3 FROM city_days
),
in_cities AS (
    SELECT
        p.clue_id,
        SUM(CASE WHEN c.date >= p.day_from THEN 1 ELSE 0 END) AS n,
        SUM(CASE WHEN c.date < CAST(p.window_from AS DATE) THEN 1 ELSE 0 END) AS n_before,
        SUM(CASE WHEN c.date >= p.day_from THEN CAST(c.value AS DECIMAL(18, 4)) END) AS during,
        SUM(CASE WHEN c.date < CAST(p.window_from AS DATE) THEN CAST(c.value AS DECIMAL(18, 4)) END) AS before
    FROM clue_places AS p
    INNER JOIN cities AS c
        ON c.city_adcode = p.city_adcode AND c.measured = p.ambient AND c.date <= p.day_to
        AND c.date >= CAST(p.window_from - INTERVAL 1 DAY * $air_before_d AS DATE)
    GROUP BY p.clue_id
),
of_cities AS (
    SELECT clue_id, n, (during / n) / (before / n_before) AS ratio
    FROM in_cities
    WHERE n > 0 AND n_before >= $air_before_least_d AND before > 0
),
rated AS (
    SELECT
        a.clue_id,
        a.kind,
        a.measured,
        COALESCE(c.n, t.n, 0) AS n,
        ROUND(CAST(COALESCE(c.ratio, t.ratio) AS DOUBLE), 2) AS ratio,
        c.away_km,
        CASE WHEN a.kind = 'network' THEN $network_supports WHEN c.n IS NULL THEN $air_city_supports
            ELSE $air_supports END AS supports,
        CASE WHEN a.kind = 'network' THEN $network_against WHEN c.n IS NULL THEN $air_city_against
            ELSE $air_against END AS against
    FROM asked AS a
    LEFT JOIN compared AS c ON c.clue_id = a.clue_id AND c.kind = a.kind
    LEFT JOIN of_cities AS t ON t.clue_id = a.clue_id AND a.kind = 'air'
)
SELECT
    clue_id,
    kind,
    CASE
        WHEN measured IS NULL THEN 'silent'
        WHEN ratio IS NULL THEN 'not_observed'
        WHEN ratio >= supports THEN 'supports'
        WHEN ratio <= against THEN 'against'
        ELSE 'silent'
    END AS says,
    n,
    ratio AS value,
    away_km
FROM rated
