-- The stacks of one plant by day and pollutant, within the days.
-- Grain    one row per stack and pollutant, its days as lists in order
-- Columns  values and limits in mg/m3 (daily means at reference oxygen); is_over: null where a day can't be told
SELECT
    d.outlet_id, d.pollutant,
    LIST((d.date - DATE '1970-01-01')::INTEGER ORDER BY d.date) AS days,
    LIST(d.value_mg_m3 ORDER BY d.date) AS values,
    LIST(d.limit_mg_m3 ORDER BY d.date) AS limits,
    LIST(d.valid_hours ORDER BY d.date) AS valid_hours,
    LIST(d.is_over ORDER BY d.date) AS is_over
FROM incineration_outlet_days d
JOIN enterprises e USING (enterprise_idx)
WHERE e.enterprise_id = $plant AND between_days($from_date, $to_date, d.date)
GROUP BY d.outlet_id, d.pollutant
ORDER BY d.outlet_id, d.pollutant
