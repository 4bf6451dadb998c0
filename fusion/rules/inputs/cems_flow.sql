-- What an outlet's gas flow usually is while it works: the yardstick of "running".
-- Grain    one row per outlet that sent hours
-- Columns  outlet_no: 1 and up, a number to join and sort by faster than by the id; usual_m3_h: median of the flow, in the unit sent (some send m3/s), of hours neither flagged as stopped
--          nor of pure air; with those, an outlet that stands still for most of what was sent would seem to run
--          while it stands
SELECT
    outlet_id,
    ROW_NUMBER() OVER (ORDER BY outlet_id) AS outlet_no,
    MIN(enterprise_id) AS enterprise_id,
    MEDIAN(CASE
        WHEN COALESCE(nox_flag, so2_flag, pm_flag, 'N') <> 'F' AND COALESCE(o2_pct, 0) < 20 THEN flow_m3_h
    END) AS usual_m3_h
FROM cems_hours
GROUP BY outlet_id
