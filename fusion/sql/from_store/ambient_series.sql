-- Daily means of cities (B04) by pollutant.
SELECT city_adcode AS place_code, city_adcode, date, pollutant, value
FROM (
    SELECT city_adcode, date, 'PM25' AS pollutant, pm25_ug_m3 AS value FROM city_days
    UNION ALL SELECT city_adcode, date, 'PM10', pm10_ug_m3 FROM city_days
    UNION ALL SELECT city_adcode, date, 'SO2', so2_ug_m3 FROM city_days
    UNION ALL SELECT city_adcode, date, 'NO2', no2_ug_m3 FROM city_days
    UNION ALL SELECT city_adcode, date, 'CO', co_mg_m3 FROM city_days
    UNION ALL SELECT city_adcode, date, 'O3', o3_ug_m3 FROM city_days
)
