-- Hours of stack monitoring by pollutant, values kept whatever the flag, beside the limit of the hour.
-- Grain    one row per outlet, pollutant and hour that was sent
-- Columns  ratio: value at reference oxygen over the limit, empty without either; is_running: flow above a fifth of the
--          outlet's usual (cems_flow), or oxygen below 18 %; is_valid: 45 valid minutes or more and no flag but N
WITH hours AS (
    SELECT h.*, h.flow_m3_h > 0.2 * f.usual_m3_h OR h.o2_pct < 18 AS is_running
    FROM cems_hours AS h
    INNER JOIN cems_flow AS f ON f.outlet_id = h.outlet_id
),
long AS (
    SELECT outlet_id, enterprise_id, mn, time, 'PM' AS pollutant, pm_mg_m3 AS raw_mg_m3, pm_zs_mg_m3 AS zs_mg_m3,
           pm_text AS text, pm_flag AS flag, pm_kg AS kg, o2_pct, flow_m3_h, valid_minutes, is_running
    FROM hours
    UNION ALL
    SELECT outlet_id, enterprise_id, mn, time, 'SO2', so2_mg_m3, so2_zs_mg_m3, so2_text, so2_flag, so2_kg, o2_pct,
           flow_m3_h, valid_minutes, is_running
    FROM hours
    UNION ALL
    SELECT outlet_id, enterprise_id, mn, time, 'NOx', nox_mg_m3, nox_zs_mg_m3, nox_text, nox_flag, nox_kg, o2_pct,
           flow_m3_h, valid_minutes, is_running
    FROM hours
)
SELECT
    n.*,
    l.limit_mg_m3,
    n.zs_mg_m3 / l.limit_mg_m3 AS ratio,
    n.valid_minutes >= 45 AND COALESCE(n.flag, 'N') = 'N' AS is_valid
FROM long AS n
LEFT JOIN limits AS l
    ON l.outlet_id = n.outlet_id AND l.pollutant = n.pollutant AND l.averaging = 'hour'
    AND l.valid_from <= CAST(n.time AS DATE) AND l.valid_to > CAST(n.time AS DATE)
