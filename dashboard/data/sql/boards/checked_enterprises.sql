-- Enterprises in scope by place and day of the checks that found something, to be laid over areas.
-- Grain    one row per enterprise and day of a check with a problem
SELECT e.enterprise_idx, e.enterprise_id, e.name, e.city_idx, e.lon_deg, e.lat_deg, c.checked_date,
    SUM(c.n_problems)::INTEGER AS problems, SUM(c.n_prominent)::INTEGER AS prominent,
    i.name_zh AS industry_zh, i.name_en AS industry_en, p.name_zh AS county_zh, p.name_en AS county_en
FROM checks c
JOIN enterprises e USING (enterprise_idx)
LEFT JOIN industries i ON i.industry_idx = e.industry_idx
LEFT JOIN places p ON p.place_idx = e.county_idx
WHERE c.n_problems > 0 AND e.lon_deg IS NOT NULL AND e.lat_deg IS NOT NULL
GROUP BY ALL
ORDER BY e.enterprise_idx, c.checked_date
