-- Days on which too few hours came through, three or more in a week. An hour is lost if it didn't arrive, or
-- arrived with fewer than $min_rows valid minutes and no flag, no mark, no stop that would say why. Hours under a
-- stop mark are excused, and so are hours in which half of the county's monitors were silent together (a carrier's
-- outage). Whole days before $as_of are judged. The number of minute rows an hour had is not in the catalogue: its
-- valid minutes stand for it. Hours still missing after $backfill_h are counted in the facts, since a re-sent hour
-- arrives like any other.
WITH sent AS (
    SELECT
        h.outlet_id,
        h.enterprise_id,
        h.time,
        h.valid_minutes < $min_rows
            AND COALESCE(h.pm_flag, 'N') = 'N' AND COALESCE(h.so2_flag, 'N') = 'N' AND COALESCE(h.nox_flag, 'N') = 'N'
            AND (h.flow_m3_h > 0.2 * f.usual_m3_h OR h.o2_pct < 18) AS is_thin
    FROM cems_hours AS h
    INNER JOIN cems_flow AS f ON f.outlet_id = h.outlet_id
    WHERE h.time < DATE_TRUNC('day', $as_of::TIMESTAMP)
),
outlets AS (
    SELECT
        s.outlet_id,
        MIN(s.enterprise_id) AS enterprise_id,
        DATE_TRUNC('day', MIN(s.time)) AS first_day,
        MIN(s.time) AS first_hour
    FROM sent AS s
    GROUP BY s.outlet_id
    HAVING MAX(s.time) >= $from_at::TIMESTAMP - INTERVAL 30 DAY
),
days AS (
    SELECT o.outlet_id, o.enterprise_id, o.first_hour, d.day
    FROM outlets AS o
    CROSS JOIN
        UNNEST(
            GENERATE_SERIES(
                GREATEST(o.first_day, DATE_TRUNC('day', $from_at::TIMESTAMP) - INTERVAL 30 DAY),
                DATE_TRUNC('day', $as_of::TIMESTAMP) - INTERVAL 1 DAY,
                INTERVAL 1 DAY
            )
        ) AS d (day)
),
counts AS (
    SELECT
        outlet_id,
        DATE_TRUNC('day', time) AS day,
        COUNT(*) AS hours,
        COUNT(CASE WHEN is_thin THEN 1 END) AS thin_hours
    FROM sent
    GROUP BY outlet_id, DATE_TRUNC('day', time)
),
suspects AS (
    SELECT d.outlet_id, d.enterprise_id, d.day, d.first_hour
    FROM days AS d
    LEFT JOIN counts AS c ON c.outlet_id = d.outlet_id AND c.day = d.day
    WHERE COALESCE(c.hours, 0) - COALESCE(c.thin_hours, 0) < 24
),
lost AS (  -- hours not sent or thin on the days in question
    SELECT p.outlet_id, p.enterprise_id, p.day, h.hour AS time, s.time IS NULL AS is_missing
    FROM suspects AS p
    CROSS JOIN UNNEST(GENERATE_SERIES(p.day, p.day + INTERVAL 23 HOUR, INTERVAL 1 HOUR)) AS h (hour)
    LEFT JOIN sent AS s ON s.outlet_id = p.outlet_id AND s.time = h.hour
    WHERE h.hour >= p.first_hour AND (s.time IS NULL OR s.is_thin)
),
plants AS (
    SELECT e.enterprise_id, MIN(e.county_adcode) AS county_adcode FROM enterprises AS e GROUP BY e.enterprise_id
),
counties AS (
    SELECT p.county_adcode, COUNT(*) AS outlets
    FROM outlets AS o
    INNER JOIN plants AS p ON p.enterprise_id = o.enterprise_id
    GROUP BY p.county_adcode
),
outages AS (
    SELECT p.county_adcode, l.time
    FROM lost AS l
    INNER JOIN plants AS p ON p.enterprise_id = l.enterprise_id
    INNER JOIN counties AS c ON c.county_adcode = p.county_adcode
    WHERE l.is_missing
    GROUP BY p.county_adcode, l.time
    HAVING COUNT(*) >= $outage_min AND COUNT(*) >= $outage_share * MIN(c.outlets)
),
unexcused AS (
    SELECT l.*
    FROM lost AS l
    LEFT JOIN plants AS p ON p.enterprise_id = l.enterprise_id
    LEFT JOIN outages AS g ON g.county_adcode = p.county_adcode AND g.time = l.time
    LEFT JOIN (SELECT outlet_id, time FROM cems_conditions WHERE condition = 'stopped') AS k
        ON k.outlet_id = l.outlet_id AND k.time = l.time
    LEFT JOIN (SELECT DISTINCT outlet_id, time FROM cems_care WHERE minutes > 60 - $min_rows) AS m
        ON m.outlet_id = l.outlet_id AND m.time = l.time
    WHERE g.time IS NULL AND k.time IS NULL AND (l.is_missing OR m.time IS NULL)
),
poor AS (
    SELECT
        outlet_id,
        MIN(enterprise_id) AS enterprise_id,
        day,
        MIN(time) AS first_hour,
        MAX(time) + INTERVAL 1 HOUR AS to_at,
        COUNT(*) AS lost_hours
    FROM unexcused
    GROUP BY outlet_id, day
    HAVING 1 - COUNT(*) / 24.0 < $eff_min
),
crowds AS (
    SELECT
        *,
        COUNT(*) OVER (
            PARTITION BY outlet_id ORDER BY day RANGE BETWEEN INTERVAL 6 DAYS PRECEDING AND CURRENT ROW
        ) AS days_of_week,
        LAG(day) OVER (PARTITION BY outlet_id ORDER BY day) AS day_before
    FROM poor
),
begun AS (
    SELECT
        *,
        SUM(CASE WHEN day_before >= day - INTERVAL 6 DAY THEN 0 ELSE 1 END)
            OVER (PARTITION BY outlet_id ORDER BY day) AS run
    FROM crowds
),
spells AS (
    SELECT
        outlet_id,
        MIN(enterprise_id) AS enterprise_id,
        MIN(first_hour) AS from_at,
        MAX(to_at) AS to_at,
        COUNT(*) AS days,
        MAX(lost_hours) AS worst_day_hours
    FROM begun
    GROUP BY outlet_id, run
    HAVING MAX(days_of_week) >= $days_min
),
gaps AS (
    SELECT
        s.outlet_id,
        s.from_at,
        u.time,
        u.is_missing,
        CASE WHEN LAG(u.time) OVER (PARTITION BY s.outlet_id, s.from_at ORDER BY u.time) = u.time - INTERVAL 1 HOUR
            THEN 0 ELSE 1 END AS is_begin
    FROM spells AS s
    INNER JOIN unexcused AS u ON u.outlet_id = s.outlet_id AND u.time >= s.from_at AND u.time < s.to_at
),
high AS (
    SELECT c.outlet_id, c.time FROM cems_long AS c
    WHERE c.ratio > 0.9 AND c.outlet_id IN (SELECT outlet_id FROM spells)
    GROUP BY c.outlet_id, c.time
),
alerts AS (
    SELECT e.enterprise_id, a.from_at, a.to_at
    FROM alert_periods AS a
    INNER JOIN enterprises AS e ON e.city_adcode = a.city_adcode
    WHERE e.enterprise_id IN (SELECT enterprise_id FROM spells)
),
patterns AS (
    SELECT
        g.outlet_id,
        g.from_at,
        COUNT(*) AS lost_hours,
        SUM(g.is_begin) AS gaps,
        COUNT(CASE WHEN g.is_missing AND g.time < $as_of::TIMESTAMP - INTERVAL 1 HOUR * $backfill_h THEN 1 END)
            AS not_sent_again,
        AVG(CASE WHEN EXTRACT(HOUR FROM g.time) >= 22 OR EXTRACT(HOUR FROM g.time) < 8 THEN 1.0 ELSE 0 END)
            AS share_night,
        SUM(CASE WHEN g.is_begin = 1 AND h.time IS NOT NULL THEN 1 ELSE 0 END) AS gaps_after_high
    FROM gaps AS g
    LEFT JOIN high AS h ON h.outlet_id = g.outlet_id AND h.time = g.time - INTERVAL 1 HOUR
    GROUP BY g.outlet_id, g.from_at
),
alert_shares AS (
    SELECT g.outlet_id, g.from_at, COUNT(DISTINCT g.time) AS alert_hours
    FROM gaps AS g
    INNER JOIN spells AS s ON s.outlet_id = g.outlet_id AND s.from_at = g.from_at
    INNER JOIN alerts AS a ON a.enterprise_id = s.enterprise_id AND g.time >= a.from_at AND g.time < a.to_at
    GROUP BY g.outlet_id, g.from_at
)
SELECT
    'outlet' AS object_kind,
    s.outlet_id AS object_id,
    s.enterprise_id,
    s.outlet_id,
    NULL::VARCHAR AS cell_id,
    NULL::VARCHAR AS pollutant,
    s.from_at AS window_from,
    s.to_at AS window_to,
    s.from_at AS onset_at,
    CASE WHEN p.gaps >= 3 AND p.gaps_after_high >= 0.5 * p.gaps THEN 1 ELSE 2 END AS severity,
    LEAST(1.0, 0.5 + 0.05 * s.days + CASE WHEN p.share_night >= 0.9 THEN 0.15 ELSE 0 END) AS score,
    TO_JSON({
        'days': s.days, 'lost_hours': p.lost_hours, 'gaps': p.gaps, 'worst_day_hours': s.worst_day_hours,
        'not_sent_again': p.not_sent_again, 'share_night': ROUND(p.share_night, 3),
        'gaps_after_high': p.gaps_after_high, 'alert_hours': COALESCE(a.alert_hours, 0)
    })::VARCHAR AS facts
FROM spells AS s
INNER JOIN patterns AS p ON p.outlet_id = s.outlet_id AND p.from_at = s.from_at
LEFT JOIN alert_shares AS a ON a.outlet_id = s.outlet_id AND a.from_at = s.from_at
WHERE s.to_at > $from_at::TIMESTAMP
