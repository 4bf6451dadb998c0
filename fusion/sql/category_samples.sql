-- A few rows of each category as JSON, for a look at what it holds; none of personal data.
WITH picked AS (
    SELECT 'A01' AS code, TO_JSON(g) AS row_json FROM (SELECT * FROM satellite_grid WHERE product = 'PM25' AND is_valid ORDER BY date, lon_deg, lat_deg LIMIT 5) AS g
    UNION ALL SELECT 'A03', TO_JSON(g) FROM (SELECT * FROM satellite_grid WHERE product = 'NO2' AND is_valid ORDER BY date, lon_deg, lat_deg LIMIT 5) AS g
    UNION ALL SELECT 'A04', TO_JSON(g) FROM (SELECT * FROM satellite_grid WHERE product = 'HCHO' AND is_valid ORDER BY date, lon_deg, lat_deg LIMIT 5) AS g
    UNION ALL SELECT 'A07', TO_JSON(d) FROM (SELECT * FROM satellite_detections ORDER BY detection_id LIMIT 5) AS d
    UNION ALL SELECT 'B04', TO_JSON(a) FROM (SELECT * FROM ambient_series ORDER BY place_code, date, pollutant LIMIT 5) AS a
    UNION ALL SELECT 'E02', TO_JSON(e) FROM (SELECT * FROM emission_series ORDER BY outlet_id, date, pollutant LIMIT 5) AS e
    UNION ALL SELECT 'H02', TO_JSON(p) FROM (SELECT * FROM problems ORDER BY problem_id LIMIT 5) AS p
    UNION ALL SELECT code, row_json FROM staged_samples
    UNION ALL SELECT 'L01', TO_JSON(e) FROM (SELECT * FROM enterprises ORDER BY enterprise_id LIMIT 5) AS e
)
SELECT code, CAST(ROW_NUMBER() OVER (PARTITION BY code ORDER BY CAST(row_json AS VARCHAR)) AS BIGINT) AS number, CAST(row_json AS VARCHAR) AS row_json
FROM picked
WHERE code NOT IN (SELECT code FROM catalogue WHERE data_class = 'personal')
ORDER BY code, number
