-- Incineration plants: (1) valid daily means above the daily limit, the general one or a stricter one that binds
-- the stack; days less than $apart_d apart are one clue, and more than $month_days in a calendar month are told;
-- (2) hours a facility spent this year under marks that exempt it, against the quotas a year. PM hours above
-- $pm_exempt under such marks are counted: they forfeit the exemption. Means are valid with 20 valid hours, as the
-- daily table says.
WITH burners AS (
    SELECT DISTINCT enterprise_id FROM enterprises WHERE industry_code = 'waste_incineration'
),
day_values AS (
    SELECT outlet_id, enterprise_id, date, 'PM' AS pollutant, pm_zs_mg_m3 AS value, $lim_pm AS general FROM cems_days
    WHERE is_valid AND valid_hours >= $valid_h
    UNION ALL
    SELECT outlet_id, enterprise_id, date, 'NOx', nox_zs_mg_m3, $lim_nox FROM cems_days
    WHERE is_valid AND valid_hours >= $valid_h
    UNION ALL
    SELECT outlet_id, enterprise_id, date, 'SO2', so2_zs_mg_m3, $lim_so2 FROM cems_days
    WHERE is_valid AND valid_hours >= $valid_h
    UNION ALL
    SELECT outlet_id, enterprise_id, date, 'HCl', hcl_zs_mg_m3, $lim_hcl FROM cems_days
    WHERE is_valid AND valid_hours >= $valid_h
    UNION ALL
    SELECT outlet_id, enterprise_id, date, 'CO', co_zs_mg_m3, $lim_co FROM cems_days
    WHERE is_valid AND valid_hours >= $valid_h
),
bound AS (
    SELECT d.outlet_id, d.enterprise_id, d.date, d.pollutant, d.value,
           LEAST(d.general, COALESCE(l.limit_mg_m3, d.general)) AS limit_mg_m3
    FROM day_values AS d
    INNER JOIN burners AS b ON b.enterprise_id = d.enterprise_id
    LEFT JOIN limits AS l
        ON l.outlet_id = d.outlet_id AND l.pollutant = d.pollutant AND l.averaging = 'day'
        AND l.valid_from <= d.date AND l.valid_to > d.date
    WHERE d.value IS NOT NULL AND CAST(d.date AS TIMESTAMP) + INTERVAL 1 DAY <= $as_of::TIMESTAMP
),
over_days AS (
    SELECT
        *,
        LAG(date) OVER (PARTITION BY outlet_id, pollutant ORDER BY date) AS date_before,
        COUNT(*) OVER (PARTITION BY outlet_id, pollutant, DATE_TRUNC('month', date)) AS days_of_month
    FROM bound
    WHERE value > limit_mg_m3
),
begun AS (
    SELECT
        *,
        SUM(CASE WHEN date_before >= date - INTERVAL 1 DAY * $apart_d THEN 0 ELSE 1 END)
            OVER (PARTITION BY outlet_id, pollutant ORDER BY date) AS run
    FROM over_days
),
runs AS (
    SELECT
        outlet_id,
        pollutant,
        MIN(enterprise_id) AS enterprise_id,
        CAST(MIN(date) AS TIMESTAMP) AS from_at,
        CAST(MAX(date) AS TIMESTAMP) + INTERVAL 1 DAY AS to_at,
        COUNT(*) AS days,
        MAX(days_of_month) AS days_of_month,
        MAX(value) AS max_day_mg_m3,
        MIN(limit_mg_m3) AS limit_mg_m3
    FROM begun
    GROUP BY outlet_id, pollutant, run
),
spans AS (
    SELECT
        m.facility_id,
        m.enterprise_id,
        m.outlet_id,
        CASE WHEN m.condition IN ('start_up', 'shut_down', 'fault', 'accident') THEN 'ssfa' ELSE 'dry' END AS quota,
        GREATEST(m.from_at, DATE_TRUNC('year', $as_of::TIMESTAMP)) AS from_at,
        LEAST(m.to_at, $as_of::TIMESTAMP) AS to_at
    FROM condition_marks AS m
    INNER JOIN burners AS b ON b.enterprise_id = m.enterprise_id
    WHERE m.condition IN ('start_up', 'shut_down', 'fault', 'accident', 'drying', 'cool_down')
        AND m.to_at > DATE_TRUNC('year', $as_of::TIMESTAMP)
),
reached AS (
    SELECT
        *,
        MAX(to_at) OVER (
            PARTITION BY facility_id, quota ORDER BY from_at, to_at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS reached_at
    FROM spans
),
new_minutes AS (  -- marks may overlap: each counts from where the ones before it end
    SELECT
        *,
        GREATEST(0, DATE_DIFF('minute', GREATEST(from_at, COALESCE(reached_at, from_at)), to_at)) AS minutes
    FROM reached
),
used AS (
    SELECT
        facility_id,
        MIN(enterprise_id) AS enterprise_id,
        MIN(outlet_id) AS outlet_id,
        MAX(to_at) AS to_at,
        SUM(CASE WHEN quota = 'ssfa' THEN minutes ELSE 0 END) / 60.0 AS ssfa_h,
        SUM(CASE WHEN quota = 'dry' THEN minutes ELSE 0 END) / 60.0 AS dry_h
    FROM new_minutes
    GROUP BY facility_id
),
dusty AS (
    SELECT s.facility_id, COUNT(DISTINCT h.time) AS hours
    FROM spans AS s
    INNER JOIN cems_hours AS h ON h.outlet_id = s.outlet_id AND h.time >= s.from_at AND h.time < s.to_at
    WHERE h.pm_zs_mg_m3 > $pm_exempt AND s.quota = 'ssfa'
    GROUP BY s.facility_id
),
spent AS (
    SELECT
        u.*,
        COALESCE(d.hours, 0) AS dusty_hours,
        GREATEST(u.ssfa_h / $quota_ssfa, u.dry_h / $quota_dry) AS share
    FROM used AS u
    LEFT JOIN dusty AS d ON d.facility_id = u.facility_id
    WHERE u.ssfa_h >= $warn_share * $quota_ssfa OR u.dry_h >= $warn_share * $quota_dry OR d.hours > 0
)
SELECT
    'outlet' AS object_kind,
    outlet_id AS object_id,
    enterprise_id,
    outlet_id,
    NULL::VARCHAR AS cell_id,
    pollutant,
    from_at AS window_from,
    to_at AS window_to,
    from_at AS onset_at,
    1 AS severity,
    CASE WHEN days_of_month > $month_days THEN 1.0 ELSE 0.85 END AS score,
    TO_JSON({
        'days': days, 'days_of_month': days_of_month, 'is_over_month': days_of_month > $month_days,
        'max_day_mg_m3': ROUND(max_day_mg_m3, 3), 'limit_mg_m3': limit_mg_m3
    })::VARCHAR AS facts
FROM runs
WHERE to_at > $from_at::TIMESTAMP
UNION ALL
SELECT
    'furnace',
    facility_id,
    enterprise_id,
    outlet_id,
    NULL,
    NULL,
    DATE_TRUNC('year', $as_of::TIMESTAMP),
    to_at,
    to_at,
    CASE WHEN share > 1 OR dusty_hours > 0 THEN 1 ELSE 3 END,
    LEAST(1.0, share),
    TO_JSON({
        'ssfa_hours': ROUND(ssfa_h, 1), 'dry_hours': ROUND(dry_h, 1), 'share_of_quota': ROUND(share, 3),
        'pm_hours_over': dusty_hours
    })::VARCHAR
FROM spent
WHERE to_at > $from_at::TIMESTAMP
