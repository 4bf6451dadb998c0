-- (a) all permits of an enterprise expired and it goes on; (b) it goes on without any permit or registration, in an
-- industry that others need a permit for; (c) an outlet is monitored that no permit has; and a warning before expiry.
-- Goes on: electricity above $active_share of its usual high, or gas flows, after the expiry (or at all).
-- The catalogue of management itself is no table: industries with a permit somewhere stand for it.
WITH held AS (
    SELECT enterprise_id, MAX(valid_to) AS valid_to, COUNT(*) AS permits
    FROM permits
    WHERE valid_from < $as_of::TIMESTAMP
    GROUP BY enterprise_id
),
used AS (
    SELECT enterprise_id, date, SUM(kwh) AS kwh FROM power_days GROUP BY enterprise_id, date
),
usual AS (
    SELECT enterprise_id, QUANTILE_CONT(kwh, 0.9) AS p90 FROM used GROUP BY enterprise_id
),
active_days AS (
    SELECT u.enterprise_id, u.date
    FROM used AS u
    INNER JOIN usual AS p ON p.enterprise_id = u.enterprise_id AND u.kwh > $active_share * p.p90
    UNION
    SELECT enterprise_id, CAST(time AS DATE) FROM cems_long WHERE pollutant = 'NOx' AND is_running AND flow_m3_h > 0
    UNION
    SELECT enterprise_id, CAST(time AS DATE) FROM power_hours
    WHERE role = 'production' AND is_online AND kwh > $active_share * rated_kw
),
active AS (
    SELECT
        a.enterprise_id, MIN(a.date) AS first_day, MAX(a.date) AS last_day, COUNT(*) AS days,
        MAX(h.valid_to) AS valid_to
    FROM active_days AS a
    LEFT JOIN held AS h ON h.enterprise_id = a.enterprise_id
    WHERE a.date >= COALESCE(h.valid_to, DATE '1900-01-01')
    GROUP BY a.enterprise_id
),
needing AS (
    SELECT industry_code
    FROM permits
    GROUP BY industry_code
),
bare AS (
    SELECT e.enterprise_id, e.lon_deg, e.lat_deg
    FROM enterprises AS e
    INNER JOIN active AS a ON a.enterprise_id = e.enterprise_id
    INNER JOIN needing AS n ON n.industry_code = e.industry_code
    LEFT JOIN held AS h ON h.enterprise_id = e.enterprise_id
    LEFT JOIN (SELECT DISTINCT enterprise_id FROM registrations) AS r ON r.enterprise_id = e.enterprise_id
    WHERE h.enterprise_id IS NULL AND r.enterprise_id IS NULL
),
told AS (
    SELECT lon_deg, lat_deg FROM permits WHERE lon_deg IS NOT NULL AND valid_to > $from_at::TIMESTAMP
    UNION ALL
    SELECT lon_deg, lat_deg FROM registrations WHERE lon_deg IS NOT NULL
),
near AS (
    SELECT DISTINCT b.enterprise_id
    FROM bare AS b
    INNER JOIN told AS t
        ON t.lat_deg BETWEEN b.lat_deg - $r_m / 111200.0 AND b.lat_deg + $r_m / 111200.0
        AND ABS(t.lon_deg - b.lon_deg) * COS(RADIANS(b.lat_deg)) <= $r_m / 111200.0
),
strangers AS (
    SELECT d.outlet_id, MIN(d.enterprise_id) AS enterprise_id, MIN(d.date) AS first_day, MAX(d.date) AS last_day,
        COUNT(*) AS days
    FROM cems_days AS d
    LEFT JOIN (SELECT DISTINCT outlet_id FROM permit_limits) AS l ON l.outlet_id = d.outlet_id
    WHERE l.outlet_id IS NULL
    GROUP BY d.outlet_id
),
cases AS (
    SELECT
        'enterprise' AS object_kind, h.enterprise_id AS object_id, h.enterprise_id, NULL::VARCHAR AS outlet_id,
        'expired' AS kind, h.valid_to AS from_date, a.last_day, a.days, h.valid_to, h.permits, 1 AS severity,
        0.9 AS score
    FROM held AS h
    INNER JOIN active AS a ON a.enterprise_id = h.enterprise_id
    WHERE h.valid_to <= $as_of::TIMESTAMP
    UNION ALL
    SELECT
        'enterprise', a.enterprise_id, a.enterprise_id, NULL, 'no_permit', a.first_day, a.last_day, a.days, NULL, 0, 1,
        0.7
    FROM active AS a
    INNER JOIN bare AS b ON b.enterprise_id = a.enterprise_id AND b.lon_deg IS NOT NULL
    LEFT JOIN near AS n ON n.enterprise_id = a.enterprise_id
    WHERE n.enterprise_id IS NULL
    UNION ALL
    SELECT 'outlet', s.outlet_id, s.enterprise_id, s.outlet_id, 'outlet_not_permitted', s.first_day, s.last_day, s.days,
        NULL, 0, 2, 0.6
    FROM strangers AS s
    UNION ALL
    SELECT
        'enterprise', enterprise_id, enterprise_id, NULL,
        CASE WHEN valid_to <= $as_of::TIMESTAMP + INTERVAL 1 DAY * $renew_d THEN 'renewal_due' ELSE 'expires_soon' END,
        CAST(valid_to - INTERVAL 1 DAY * $warn_d AS DATE), CAST($as_of::TIMESTAMP AS DATE), 0, valid_to, permits, 3, 0.4
    FROM held
    WHERE valid_to > $as_of::TIMESTAMP AND valid_to <= $as_of::TIMESTAMP + INTERVAL 1 DAY * $warn_d
)
SELECT
    object_kind,
    object_id,
    enterprise_id,
    outlet_id,
    NULL::VARCHAR AS cell_id,
    NULL::VARCHAR AS pollutant,
    CAST(from_date AS TIMESTAMP) AS window_from,
    CAST(last_day AS TIMESTAMP) + INTERVAL 1 DAY AS window_to,
    CAST(from_date AS TIMESTAMP) AS onset_at,
    severity,
    score,
    TO_JSON({
        'kind': kind, 'active_days': days, 'valid_to': CAST(valid_to AS VARCHAR), 'permits': permits
    })::VARCHAR AS facts
FROM cases
WHERE CAST(last_day AS TIMESTAMP) + INTERVAL 1 DAY > $from_at::TIMESTAMP
