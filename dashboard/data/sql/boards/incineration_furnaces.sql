-- The furnaces of one plant by day, within the days.
-- Grain    one row per furnace, its days as lists in order
-- Columns  see incineration_days; days since 1970-01-01
SELECT
    d.furnace_id,
    LIST((d.date - DATE '1970-01-01')::INTEGER ORDER BY d.date) AS days,
    LIST(d.min_c ORDER BY d.date) AS min_c,
    LIST(d.n_means ORDER BY d.date) AS n_means,
    LIST(d.n_low ORDER BY d.date) AS n_low,
    LIST(d.n_low_exempt ORDER BY d.date) AS n_low_exempt,
    LIST(d.is_over ORDER BY d.date) AS is_over
FROM incineration_days d
JOIN enterprises e USING (enterprise_idx)
WHERE e.enterprise_id = $plant AND between_days($from_date, $to_date, d.date)
GROUP BY d.furnace_id
ORDER BY d.furnace_id
