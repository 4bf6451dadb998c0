-- Enterprises in scope by place and day of a check that found something, to be laid over areas.
-- Grain    one row per enterprise: the last day on which a check found a problem
SELECT e.enterprise_idx, e.city_idx, e.lon_deg, e.lat_deg, MAX(c.checked_date) AS found_on
FROM checks c JOIN enterprises e USING (enterprise_idx)
WHERE c.n_problems > 0 AND e.lon_deg IS NOT NULL AND e.lat_deg IS NOT NULL
GROUP BY ALL
ORDER BY e.enterprise_idx
