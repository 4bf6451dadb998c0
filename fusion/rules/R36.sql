-- National stations whose particles fall to $drop of their neighbours for hours while the gases follow them and it
-- is dry; or whose PM10 is below PM2.5; or which dip again and again in working hours (water cannon).
-- Neighbours: stations of all networks within $r_km, micro-stations only where fewer than two others are there.
-- A station that stands at its own usual level does not dip: then the neighbours are up, in somebody's plume.
-- Without a weather station near it can't be said that it was dry, and nothing is said of dips.
WITH national AS (
    SELECT site_id AS station_id, lon_deg, lat_deg FROM sites WHERE kind = 'national'
),
pairs AS (
    SELECT n.station_id, s.site_id AS neighbour_id, s.kind = 'micro' AS is_micro
    FROM national AS n
    INNER JOIN sites AS s
        ON s.kind IN ('national', 'provincial', 'township', 'micro') AND s.site_id <> n.station_id
        AND ABS(s.lat_deg - n.lat_deg) <= $r_km / 111.2
        AND POWER((s.lon_deg - n.lon_deg) * COS(RADIANS(n.lat_deg)), 2) + POWER(s.lat_deg - n.lat_deg, 2)
            <= POWER($r_km / 111.2, 2)
),
chosen AS (
    SELECT station_id, neighbour_id, is_micro
    FROM (
        SELECT *, COUNT(CASE WHEN NOT is_micro THEN 1 END) OVER (PARTITION BY station_id) AS others FROM pairs
    ) AS counted
    WHERE NOT is_micro OR others < 2
),
values_near AS (
    SELECT c.station_id, h.time, h.pm25_ug_m3, h.pm10_ug_m3, h.so2_ug_m3, h.no2_ug_m3, h.co_mg_m3
    FROM chosen AS c
    INNER JOIN station_hours AS h ON h.station_id = c.neighbour_id AND h.flag = 'N'
    WHERE NOT c.is_micro AND h.time >= $from_at::TIMESTAMP - INTERVAL 7 DAY
    UNION ALL
    SELECT c.station_id, h.time, h.pm25_ug_m3, h.pm10_ug_m3, h.so2_ug_m3, h.no2_ug_m3, h.co_mg_m3
    FROM chosen AS c
    INNER JOIN microstation_hours AS h ON h.station_id = c.neighbour_id AND h.qc = 'ok'
    WHERE c.is_micro AND h.time >= $from_at::TIMESTAMP - INTERVAL 7 DAY
),
around AS (
    SELECT
        station_id, time, COUNT(pm10_ug_m3) AS neighbours, MEDIAN(pm25_ug_m3) AS pm25, MEDIAN(pm10_ug_m3) AS pm10,
        MEDIAN(so2_ug_m3) AS so2, MEDIAN(no2_ug_m3) AS no2, MEDIAN(co_mg_m3) AS co
    FROM values_near
    GROUP BY station_id, time
),
usual AS (
    SELECT
        h.station_id, h.time, MEDIAN(h.pm25_ug_m3) OVER before AS pm25, MEDIAN(h.pm10_ug_m3) OVER before AS pm10
    FROM station_hours AS h
    INNER JOIN national AS n ON n.station_id = h.station_id
    WHERE h.flag = 'N' AND h.time >= $from_at::TIMESTAMP - INTERVAL 10 DAY
    WINDOW before AS (
        PARTITION BY h.station_id ORDER BY h.time RANGE BETWEEN INTERVAL 72 HOUR PRECEDING AND INTERVAL 1 HOUR PRECEDING
    )
),
rain AS (
    SELECT
        k.station_id, w.time,
        MAX(w.rain_mm) OVER (PARTITION BY k.station_id ORDER BY w.time ROWS BETWEEN 2 PRECEDING AND CURRENT ROW)
            AS rain_mm
    FROM weather_near AS k
    INNER JOIN national AS n ON n.station_id = k.station_id
    INNER JOIN weather_hours AS w ON w.station_id = k.weather_id
),
hours AS (
    SELECT
        h.station_id, h.time, h.pm25_ug_m3 / NULLIF(a.pm25, 0) AS pm25_ratio,
        h.pm10_ug_m3 / NULLIF(a.pm10, 0) AS pm10_ratio,
        h.pm10_ug_m3 / NULLIF(u.pm10, 0) AS pm10_own, h.pm25_ug_m3 / NULLIF(u.pm25, 0) AS pm25_own,
        h.pm10_ug_m3 < h.pm25_ug_m3 AS is_upside_down, a.neighbours, r.rain_mm,
        CASE WHEN h.so2_ug_m3 / NULLIF(a.so2, 0) BETWEEN 1 - $follow AND 1 + $follow THEN 1 ELSE 0 END
            + CASE WHEN h.no2_ug_m3 / NULLIF(a.no2, 0) BETWEEN 1 - $follow AND 1 + $follow THEN 1 ELSE 0 END
            + CASE WHEN h.co_mg_m3 / NULLIF(a.co, 0) BETWEEN 1 - $follow AND 1 + $follow THEN 1 ELSE 0 END
            AS gases_following,
        CASE WHEN h.so2_ug_m3 / NULLIF(a.so2, 0) IS NULL THEN 0 ELSE 1 END
            + CASE WHEN h.no2_ug_m3 / NULLIF(a.no2, 0) IS NULL THEN 0 ELSE 1 END
            + CASE WHEN h.co_mg_m3 / NULLIF(a.co, 0) IS NULL THEN 0 ELSE 1 END AS gases_told
    FROM station_hours AS h
    INNER JOIN national AS n ON n.station_id = h.station_id
    LEFT JOIN around AS a ON a.station_id = h.station_id AND a.time = h.time
    LEFT JOIN usual AS u ON u.station_id = h.station_id AND u.time = h.time
    LEFT JOIN rain AS r ON r.station_id = h.station_id AND r.time = h.time
    WHERE h.flag = 'N' AND h.time >= $from_at::TIMESTAMP - INTERVAL 7 DAY
),
odd AS (
    SELECT
        *,
        COALESCE(
            neighbours >= 2 AND gases_following >= 2 AND gases_following = gases_told AND rain_mm = 0
            AND (pm10_ratio <= $drop AND pm10_own <= $own OR pm25_ratio <= $drop AND pm25_own <= $own), FALSE
        ) AS is_dip,
        COALESCE(pm10_ratio <= $drop AND pm10_own <= $own, FALSE) AS is_pm10
    FROM hours
),
followed AS (  -- hours without a valid value are not there: a run may step over $gap_h of them
    SELECT *, LAG(is_dip OR is_upside_down) OVER w AS odd_before, LAG(time) OVER w AS time_before
    FROM odd
    WINDOW w AS (PARTITION BY station_id ORDER BY time)
),
runs AS (
    SELECT
        station_id, run, MIN(time) AS first_hour, MAX(time) AS last_hour, COUNT(*) AS hours,
        COUNT(CASE WHEN is_dip THEN 1 END) AS hours_dip,
        COUNT(CASE WHEN is_upside_down THEN 1 END) AS hours_upside_down,
        MAX(CASE WHEN is_pm10 OR is_upside_down THEN 1 ELSE 0 END) AS is_pm10, MIN(pm10_ratio) AS pm10_ratio,
        MIN(pm25_ratio) AS pm25_ratio, MIN(neighbours) AS neighbours, MIN(gases_following) AS gases_following
    FROM (
        SELECT
            *, SUM(CASE WHEN odd_before AND time_before >= time - INTERVAL 1 HOUR * ($gap_h + 1) THEN 0 ELSE 1 END)
                OVER (PARTITION BY station_id ORDER BY time) AS run
        FROM followed
        WHERE is_dip OR is_upside_down
    ) AS numbered
    GROUP BY station_id, run
),
repeated AS (
    SELECT
        station_id, COUNT(DISTINCT CAST(time AS DATE)) AS days, MIN(time) AS first_hour, MAX(time) AS last_hour,
        COUNT(*) AS hours, MAX(CASE WHEN is_pm10 THEN 1 ELSE 0 END) AS is_pm10, MIN(pm10_ratio) AS pm10_ratio,
        MIN(pm25_ratio) AS pm25_ratio, MIN(neighbours) AS neighbours, MIN(gases_following) AS gases_following
    FROM odd
    WHERE is_dip AND EXTRACT(HOUR FROM time) BETWEEN 8 AND 18
    GROUP BY station_id
    HAVING COUNT(DISTINCT CAST(time AS DATE)) >= $dip_days
),
cases AS (
    SELECT
        station_id, CASE WHEN hours_dip >= $h_i THEN 'dip' ELSE 'pm10_below_pm25' END AS kind, first_hour, last_hour,
        hours, 1 AS days, is_pm10, pm10_ratio, pm25_ratio, neighbours, gases_following
    FROM runs
    WHERE hours_dip >= $h_i OR hours_upside_down >= $h_i
    UNION ALL
    SELECT
        station_id, 'repeated_dips', first_hour, last_hour, hours, days, is_pm10, pm10_ratio, pm25_ratio, neighbours,
        gases_following
    FROM repeated
    WHERE station_id NOT IN (SELECT station_id FROM runs WHERE hours_dip >= $h_i OR hours_upside_down >= $h_i)
)
SELECT
    'station' AS object_kind,
    station_id AS object_id,
    NULL::VARCHAR AS enterprise_id,
    NULL::VARCHAR AS outlet_id,
    NULL::VARCHAR AS cell_id,
    CASE WHEN is_pm10 = 1 THEN 'PM10' ELSE 'PM25' END AS pollutant,
    first_hour AS window_from,
    last_hour + INTERVAL 1 HOUR AS window_to,
    first_hour AS onset_at,
    1 AS severity,
    LEAST(1.0, 0.5 + 0.05 * hours + 0.1 * days) AS score,
    TO_JSON({
        'kind': kind, 'hours': hours, 'days': days, 'lowest_pm10_ratio': ROUND(pm10_ratio, 2),
        'lowest_pm25_ratio': ROUND(pm25_ratio, 2), 'neighbours': neighbours, 'gases_following': gases_following
    })::VARCHAR AS facts
FROM cases
WHERE last_hour >= $from_at::TIMESTAMP
