-- Daily means of the stations of the air networks and the component networks.
-- Grain    one row per kind of network, station, day and what is measured, from $least_hours hours on
-- Columns  value: ug/m3, CO mg/m3, voc57 ppb; sums are decimal, so that the order of the rows can't change them
WITH air AS (
    SELECT
        station_id, CAST(time AS DATE) AS date,
        COUNT(pm25_ug_m3) AS n_pm25, SUM(CAST(pm25_ug_m3 AS DECIMAL(18, 4))) AS pm25,
        COUNT(pm10_ug_m3) AS n_pm10, SUM(CAST(pm10_ug_m3 AS DECIMAL(18, 4))) AS pm10,
        COUNT(so2_ug_m3) AS n_so2, SUM(CAST(so2_ug_m3 AS DECIMAL(18, 4))) AS so2,
        COUNT(no2_ug_m3) AS n_no2, SUM(CAST(no2_ug_m3 AS DECIMAL(18, 4))) AS no2,
        COUNT(co_mg_m3) AS n_co, SUM(CAST(co_mg_m3 AS DECIMAL(18, 4))) AS co,
        COUNT(o3_ug_m3) AS n_o3, SUM(CAST(o3_ug_m3 AS DECIMAL(18, 4))) AS o3
    FROM station_hours
    WHERE flag = 'N'
    GROUP BY station_id, CAST(time AS DATE)
),
components AS (
    SELECT
        station_id, CAST(time AS DATE) AS date,
        COUNT(pm25_ug_m3) AS n_pm25, SUM(CAST(pm25_ug_m3 AS DECIMAL(18, 4))) AS pm25,
        COUNT(sulfate_ug_m3) AS n_sulfate, SUM(CAST(sulfate_ug_m3 AS DECIMAL(18, 4))) AS sulfate,
        COUNT(nitrate_ug_m3) AS n_nitrate, SUM(CAST(nitrate_ug_m3 AS DECIMAL(18, 4))) AS nitrate
    FROM component_hours
    GROUP BY station_id, CAST(time AS DATE)
),
organics AS (
    SELECT
        station_id, CAST(time AS DATE) AS date,
        COUNT(voc57_ppb) AS n_voc57, SUM(CAST(voc57_ppb AS DECIMAL(18, 4))) AS voc57
    FROM voc_hours
    GROUP BY station_id, CAST(time AS DATE)
),
together AS (
    SELECT 'air' AS kind, station_id, date, 'PM25' AS measured, pm25 AS total, n_pm25 AS hours FROM air
    UNION ALL SELECT 'air', station_id, date, 'PM10', pm10, n_pm10 FROM air
    UNION ALL SELECT 'air', station_id, date, 'SO2', so2, n_so2 FROM air
    UNION ALL SELECT 'air', station_id, date, 'NO2', no2, n_no2 FROM air
    UNION ALL SELECT 'air', station_id, date, 'CO', co, n_co FROM air
    UNION ALL SELECT 'air', station_id, date, 'O3', o3, n_o3 FROM air
    UNION ALL SELECT 'network', station_id, date, 'PM25', pm25, n_pm25 FROM components
    UNION ALL SELECT 'network', station_id, date, 'sulfate', sulfate, n_sulfate FROM components
    UNION ALL SELECT 'network', station_id, date, 'nitrate', nitrate, n_nitrate FROM components
    UNION ALL SELECT 'network', station_id, date, 'voc57', voc57, n_voc57 FROM organics
)
SELECT kind, station_id, date, measured, CAST(total / hours AS DOUBLE) AS value
FROM together
WHERE hours >= $least_hours
