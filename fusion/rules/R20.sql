-- Hours in which a pair's production runs and all of its treatment rests, idles or is cut from its meter; counted on
-- days with $day_h or more, of which $days_min must lie within $win_d days.
-- A treatment meter that is silent while production is on counts as offline, never as off. Treatment that starts a
-- quarter of an hour late can't be seen in hourly means.
WITH meters AS (
    SELECT
        meter_id, pair_id, role, MIN(enterprise_id) AS enterprise_id,
        COALESCE(NULLIF(MAX(rated_kw), 0), QUANTILE_CONT(COALESCE(mean_kw, kwh), 0.95)) AS rated_kw,
        MEDIAN(CASE WHEN COALESCE(mean_kw, kwh) > $on_share * rated_kw THEN COALESCE(mean_kw, kwh) END) AS usual_kw
    FROM power_hours
    WHERE time >= $as_of::TIMESTAMP - INTERVAL 45 DAY
    GROUP BY meter_id, pair_id, role
),
treated AS (
    SELECT pair_id, COUNT(*) AS units FROM meters WHERE role = 'treatment' GROUP BY pair_id
),
seen AS (
    SELECT
        m.pair_id,
        h.time,
        MIN(m.enterprise_id) AS enterprise_id,
        MAX(CASE WHEN m.role = 'production' AND COALESCE(h.mean_kw, h.kwh) > $on_share * m.rated_kw THEN 1 ELSE 0 END)
            AS is_producing,
        SUM(CASE WHEN m.role = 'production' THEN COALESCE(h.mean_kw, h.kwh) END) AS production_kw,
        COUNT(CASE WHEN m.role = 'treatment' THEN 1 END) AS told,
        COUNT(CASE WHEN m.role = 'treatment' AND COALESCE(h.mean_kw, h.kwh) < $off_share * m.rated_kw THEN 1 END)
            AS off,
        COUNT(CASE WHEN m.role = 'treatment' AND COALESCE(h.mean_kw, h.kwh) < $idle_share * m.usual_kw THEN 1 END)
            AS idle
    FROM power_hours AS h
    INNER JOIN meters AS m ON m.meter_id = h.meter_id AND m.pair_id = h.pair_id AND m.role = h.role
    WHERE h.time >= $as_of::TIMESTAMP - INTERVAL 45 DAY AND h.is_online AND COALESCE(h.mean_kw, h.kwh) IS NOT NULL
    GROUP BY m.pair_id, h.time
),
bad AS (
    SELECT
        s.pair_id, s.enterprise_id, s.time, s.production_kw, t.units,
        CASE WHEN s.off = t.units THEN 'off' WHEN s.told = 0 THEN 'offline' ELSE 'idle' END AS kind,
        LAG(s.time) OVER (PARTITION BY s.pair_id ORDER BY s.time) AS time_before
    FROM seen AS s
    INNER JOIN treated AS t ON t.pair_id = s.pair_id
    WHERE s.is_producing = 1 AND (s.off = t.units OR s.told = 0 OR s.idle = t.units)
),
stretches AS (
    SELECT
        *, SUM(CASE WHEN time_before = time - INTERVAL 1 HOUR THEN 0 ELSE 1 END)
            OVER (PARTITION BY pair_id ORDER BY time) AS stretch
    FROM bad
),
long_enough AS (
    SELECT * FROM (
        SELECT *, COUNT(*) OVER (PARTITION BY pair_id, stretch) * 60 AS minutes FROM stretches
    ) AS counted
    WHERE minutes >= $t_min
),
days AS (
    SELECT
        pair_id, CAST(time AS DATE) AS day, MIN(enterprise_id) AS enterprise_id, MAX(units) AS units, COUNT(*) AS hours,
        COUNT(CASE WHEN kind = 'off' THEN 1 END) AS hours_off, COUNT(CASE WHEN kind = 'idle' THEN 1 END) AS hours_idle,
        COUNT(CASE WHEN kind = 'offline' THEN 1 END) AS hours_offline, MIN(time) AS first_hour, MAX(time) AS last_hour,
        AVG(production_kw) AS production_kw
    FROM long_enough
    GROUP BY pair_id, CAST(time AS DATE)
    HAVING COUNT(*) >= $day_h
),
begun AS (
    SELECT
        *,
        SUM(CASE WHEN day_before >= day - INTERVAL 1 DAY * ($win_d - 1) THEN 0 ELSE 1 END)
            OVER (PARTITION BY pair_id ORDER BY day) AS run
    FROM (SELECT *, LAG(day) OVER (PARTITION BY pair_id ORDER BY day) AS day_before FROM days) AS stepped
),
runs AS (
    SELECT
        pair_id, run, MIN(enterprise_id) AS enterprise_id, MAX(units) AS units, COUNT(*) AS days, SUM(hours) AS hours,
        SUM(hours_off) AS hours_off, SUM(hours_idle) AS hours_idle, SUM(hours_offline) AS hours_offline,
        COUNT(CASE WHEN hours_off >= $day_h THEN 1 END) AS days_off, MIN(first_hour) AS first_hour,
        MAX(last_hour) AS last_hour, AVG(production_kw) AS production_kw
    FROM begun
    GROUP BY pair_id, run
)
SELECT
    'meter_pair' AS object_kind,
    pair_id AS object_id,
    enterprise_id,
    NULL::VARCHAR AS outlet_id,
    NULL::VARCHAR AS cell_id,
    NULL::VARCHAR AS pollutant,
    first_hour AS window_from,
    last_hour + INTERVAL 1 HOUR AS window_to,
    first_hour AS onset_at,
    CASE WHEN days_off >= $days_min THEN 1 ELSE 2 END AS severity,
    LEAST(1.0, 0.5 + 0.05 * days + 0.2 * hours_off / hours) AS score,
    TO_JSON({
        'days': days, 'hours': hours, 'hours_off': hours_off, 'hours_idle': hours_idle, 'hours_offline': hours_offline,
        'treatment_units': units, 'production_kw': ROUND(production_kw, 1)
    })::VARCHAR AS facts
FROM runs
WHERE days >= $days_min AND last_hour >= $from_at::TIMESTAMP
