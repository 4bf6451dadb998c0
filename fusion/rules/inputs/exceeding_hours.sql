-- Valid hours of the series that ever were above their limit, the quiet ones with them.
-- Grain    one row per outlet, pollutant and valid hour with a limit, of outlets and pollutants with a ratio above 1
-- Columns  as in cems_long
WITH valid AS NOT MATERIALIZED (
    SELECT outlet_id, enterprise_id, pollutant, time, ratio, limit_mg_m3, valid_minutes, is_running
    FROM cems_long
    WHERE is_valid AND ratio IS NOT NULL
)
SELECT v.*
FROM valid AS v
INNER JOIN (SELECT DISTINCT outlet_id, pollutant FROM valid WHERE ratio > 1) AS o
    ON o.outlet_id = v.outlet_id AND o.pollutant = v.pollutant
