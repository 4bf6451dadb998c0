-- Hours of stack monitoring, one row an hour with all its pollutants, beside the limits of the hour.
-- Grain    one row per outlet and hour that was sent
-- Columns  those of cems_hours; usual_m3_h: as in cems_flow; is_running: flow above a fifth of that, or oxygen
--          below 18 %; outlet_hour: outlet_no of cems_flow times 10 million and the hours since 1970, so that hours of
--          an outlet that follow each other have numbers that do
SELECT
    h.*,
    f.outlet_no * 10000000 + DATE_DIFF('hour', TIMESTAMP '1970-01-01 00:00:00', h.time) AS outlet_hour,
    f.usual_m3_h,
    h.flow_m3_h > 0.2 * f.usual_m3_h OR h.o2_pct < 18 AS is_running,
    pm.limit_mg_m3 AS pm_limit_mg_m3,
    so2.limit_mg_m3 AS so2_limit_mg_m3,
    nox.limit_mg_m3 AS nox_limit_mg_m3
FROM cems_hours AS h
INNER JOIN cems_flow AS f ON f.outlet_id = h.outlet_id
LEFT JOIN limits AS pm
    ON pm.outlet_id = h.outlet_id AND pm.pollutant = 'PM' AND pm.averaging = 'hour'
    AND pm.valid_from <= CAST(h.time AS DATE) AND pm.valid_to > CAST(h.time AS DATE)
LEFT JOIN limits AS so2
    ON so2.outlet_id = h.outlet_id AND so2.pollutant = 'SO2' AND so2.averaging = 'hour'
    AND so2.valid_from <= CAST(h.time AS DATE) AND so2.valid_to > CAST(h.time AS DATE)
LEFT JOIN limits AS nox
    ON nox.outlet_id = h.outlet_id AND nox.pollutant = 'NOx' AND nox.averaging = 'hour'
    AND nox.valid_from <= CAST(h.time AS DATE) AND nox.valid_to > CAST(h.time AS DATE)
