-- Daily means of the stacks of waste incinerators against the daily limit, as rule R18 reads them.
-- Grain    one row per outlet, day and pollutant with a mean
-- Columns  limit: the general one, or a stricter one that binds the stack; is_over: empty where the day isn't valid;
--          days_over: valid days over the limit in that calendar month, up to that day
WITH burners AS (
    SELECT enterprise_id, enterprise_idx
    FROM enterprises_numbered
    WHERE enterprise_id IN (SELECT enterprise_id FROM enterprises WHERE industry_code = 'waste_incineration')
),
day_values AS (
    SELECT outlet_id, enterprise_id, date, is_valid, valid_hours, 'PM' AS pollutant, pm_zs_mg_m3 AS value,
           $lim_pm AS general
    FROM cems_days
    UNION ALL
    SELECT outlet_id, enterprise_id, date, is_valid, valid_hours, 'SO2', so2_zs_mg_m3, $lim_so2 FROM cems_days
    UNION ALL
    SELECT outlet_id, enterprise_id, date, is_valid, valid_hours, 'NOx', nox_zs_mg_m3, $lim_nox FROM cems_days
    UNION ALL
    SELECT outlet_id, enterprise_id, date, is_valid, valid_hours, 'HCl', hcl_zs_mg_m3, $lim_hcl FROM cems_days
    UNION ALL
    SELECT outlet_id, enterprise_id, date, is_valid, valid_hours, 'CO', co_zs_mg_m3, $lim_co FROM cems_days
),
bound AS (
    SELECT
        b.enterprise_idx, d.outlet_id, d.date, d.pollutant, d.value, d.valid_hours,
        LEAST(d.general, COALESCE(l.limit_mg_m3, d.general)) AS limit_mg_m3,
        d.is_valid AND d.valid_hours >= $valid_h AS is_valid
    FROM day_values AS d
    INNER JOIN burners AS b ON b.enterprise_id = d.enterprise_id
    LEFT JOIN limits AS l
        ON l.outlet_id = d.outlet_id AND l.pollutant = d.pollutant AND l.averaging = 'day'
        AND l.valid_from <= d.date AND l.valid_to > d.date
    WHERE d.value IS NOT NULL AND CAST(d.date AS TIMESTAMP) + INTERVAL 1 DAY <= $as_of::TIMESTAMP
)
SELECT
    enterprise_idx,
    outlet_id,
    date,
    pollutant,
    CAST(value AS REAL) AS value_mg_m3,
    CAST(limit_mg_m3 AS REAL) AS limit_mg_m3,
    CAST(valid_hours AS UTINYINT) AS valid_hours,
    CASE WHEN is_valid THEN value > limit_mg_m3 END AS is_over,
    CAST(
        SUM(CASE WHEN is_valid AND value > limit_mg_m3 THEN 1 ELSE 0 END) OVER (
            PARTITION BY outlet_id, pollutant, DATE_TRUNC('month', date) ORDER BY date
        ) AS UTINYINT
    ) AS days_over
FROM bound
ORDER BY outlet_id, date, pollutant
