-- Nights unlike days over $win_d days at a load that stays: more at reference oxygen by night (treatment turned
-- down), or less than half the raw value by night (tampering). Night 22:00-06:00 belongs to the day it ends on, day
-- is 08:00-18:00. Means choose the candidates, medians decide. The begin is the first night of the unbroken row of
-- such days, followed back into history; granularity: a night.
-- Left out: (b) night electricity of single-shift enterprises, since shifts are not in the catalogue; (c)
-- micro-stations at night, which R34 and R35 tell with their bearing.
WITH hours AS NOT MATERIALIZED (
    SELECT
        outlet_id,
        enterprise_id,
        pollutant,
        time,
        COALESCE(zs_mg_m3, raw_mg_m3) AS value,
        raw_mg_m3,
        flow_m3_h,
        CAST(time + INTERVAL 2 HOUR AS DATE) AS date,
        EXTRACT(HOUR FROM time) >= 22 OR EXTRACT(HOUR FROM time) < 6 AS is_night
    FROM cems_long
    WHERE is_running AND COALESCE(flag, 'N') NOT IN ('F', 'M', 'C')
        AND (EXTRACT(HOUR FROM time) >= 22 OR EXTRACT(HOUR FROM time) < 6 OR EXTRACT(HOUR FROM time) BETWEEN 8 AND 17)
),
recent AS (
    SELECT * FROM hours WHERE time >= DATE_TRUNC('day', $as_of::TIMESTAMP) - INTERVAL 1 DAY * $win_d
),
chosen AS (
    SELECT outlet_id, pollutant
    FROM recent
    GROUP BY outlet_id, pollutant
    HAVING COUNT(CASE WHEN is_night THEN 1 END) >= 5 * $win_d AND COUNT(CASE WHEN NOT is_night THEN 1 END) >= 5 * $win_d
        AND (
            AVG(CASE WHEN is_night THEN value END) >= 0.8 * $night_up * AVG(CASE WHEN NOT is_night THEN value END)
            OR AVG(CASE WHEN is_night THEN raw_mg_m3 END)
                <= 1.2 * $night_down * AVG(CASE WHEN NOT is_night THEN raw_mg_m3 END)
        )
),
levels AS (
    SELECT
        r.outlet_id,
        r.pollutant,
        MEDIAN(CASE WHEN r.is_night THEN r.value END)
            / NULLIF(MEDIAN(CASE WHEN NOT r.is_night THEN r.value END), 0) AS up,
        MEDIAN(CASE WHEN r.is_night THEN r.raw_mg_m3 END)
            / NULLIF(MEDIAN(CASE WHEN NOT r.is_night THEN r.raw_mg_m3 END), 0) AS raw_ratio,
        MEDIAN(CASE WHEN r.is_night THEN r.flow_m3_h END)
            / NULLIF(MEDIAN(CASE WHEN NOT r.is_night THEN r.flow_m3_h END), 0) AS load_ratio
    FROM recent AS r
    INNER JOIN chosen AS c ON c.outlet_id = r.outlet_id AND c.pollutant = r.pollutant
    GROUP BY r.outlet_id, r.pollutant
),
unlike AS (
    SELECT *, up >= $night_up AS is_up
    FROM levels
    WHERE ABS(load_ratio - 1) <= $load_tol AND (up >= $night_up OR raw_ratio < $night_down)
),
days AS (
    SELECT
        h.outlet_id,
        h.pollutant,
        h.date,
        MIN(h.enterprise_id) AS enterprise_id,
        MIN(CASE WHEN h.is_night THEN h.time END) AS first_hour,
        MAX(h.time) AS last_hour,
        MEDIAN(CASE WHEN h.is_night THEN h.value END)
            / NULLIF(MEDIAN(CASE WHEN NOT h.is_night THEN h.value END), 0) AS up,
        MIN(CASE WHEN u.is_up THEN 1 ELSE 0 END) = 1 AS is_up
    FROM hours AS h
    INNER JOIN unlike AS u ON u.outlet_id = h.outlet_id AND u.pollutant = h.pollutant
    GROUP BY h.outlet_id, h.pollutant, h.date
    HAVING COUNT(CASE WHEN h.is_night THEN 1 END) >= 3 AND COUNT(CASE WHEN NOT h.is_night THEN 1 END) >= 3
),
told_apart AS (  -- half-way to what is asked of the whole is enough for one night
    SELECT *, (is_up AND up >= (1 + $night_up) / 2) OR (NOT is_up AND up <= (1 + $night_down) / 2) AS is_unlike
    FROM days
),
numbered AS (
    SELECT
        *,
        SUM(CASE WHEN is_unlike THEN 0 ELSE 1 END) OVER (PARTITION BY outlet_id, pollutant ORDER BY date) AS breaks
    FROM told_apart
),
rows_of_days AS (
    SELECT
        outlet_id,
        pollutant,
        MIN(enterprise_id) AS enterprise_id,
        MIN(first_hour) AS from_at,
        MAX(last_hour) + INTERVAL 1 HOUR AS to_at,
        COUNT(*) AS nights,
        ROW_NUMBER() OVER (PARTITION BY outlet_id, pollutant ORDER BY COUNT(*) DESC, MIN(date)) AS place
    FROM numbered
    WHERE is_unlike
    GROUP BY outlet_id, pollutant, breaks
)
SELECT
    'outlet' AS object_kind,
    r.outlet_id AS object_id,
    r.enterprise_id,
    r.outlet_id,
    NULL::VARCHAR AS cell_id,
    r.pollutant,
    r.from_at AS window_from,
    r.to_at AS window_to,
    r.from_at AS onset_at,
    2 AS severity,
    LEAST(1.0, 0.5 + r.nights / 40.0) AS score,
    TO_JSON({
        'nights': r.nights, 'night_over_day': ROUND(u.up, 3), 'raw_night_over_day': ROUND(u.raw_ratio, 3),
        'load_night_over_day': ROUND(u.load_ratio, 3), 'is_up': u.is_up
    })::VARCHAR AS facts
FROM rows_of_days AS r
INNER JOIN unlike AS u ON u.outlet_id = r.outlet_id AND u.pollutant = r.pollutant
WHERE r.place = 1 AND r.to_at > $from_at::TIMESTAMP
