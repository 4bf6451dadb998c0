-- Marked as stopped for $stop_h or more, by mark or by device flag, and yet it runs: gas flows, oxygen is low, the
-- gas is hot or the production meter turns, for $run_min. The first and the last hour of the stretch don't count
-- (running down and up), and heat counts only $cool_h after the begin: a furnace cools slowly. A purging fan moves
-- cold air in small amounts and stays below. The meter speaks where it measures the marked facility, or the
-- enterprise has one outlet only. Thermal anomalies from satellites (A07) are left to R33.
WITH flagged AS (
    SELECT outlet_id, time FROM cems_hours
    WHERE COALESCE(pm_flag, 'F') = 'F' AND COALESCE(so2_flag, 'F') = 'F' AND COALESCE(nox_flag, 'F') = 'F'
        AND COALESCE(pm_flag, so2_flag, nox_flag) IS NOT NULL
),
stopped AS (
    SELECT outlet_id, time, MAX(is_mark) AS is_mark
    FROM (
        SELECT outlet_id, time, 0 AS is_mark FROM flagged
        UNION ALL
        SELECT outlet_id, time, 1 FROM cems_conditions WHERE condition = 'stopped' AND minutes >= 60
    ) AS said
    GROUP BY outlet_id, time
),
numbered AS (
    SELECT *, time - INTERVAL 1 HOUR * ROW_NUMBER() OVER (PARTITION BY outlet_id ORDER BY time) AS run FROM stopped
),
stretches AS (
    SELECT
        outlet_id,
        MIN(time) AS from_at,
        MAX(time) + INTERVAL 1 HOUR AS to_at,
        MAX(is_mark) = 1 AS is_marked
    FROM numbered
    GROUP BY outlet_id, run
    HAVING COUNT(*) >= $stop_h AND MAX(time) + INTERVAL 1 HOUR > $from_at::TIMESTAMP
),
sent AS (
    SELECT s.outlet_id, s.from_at, s.to_at, s.is_marked, h.enterprise_id, h.time, h.flow_m3_h, h.o2_pct, h.temp_c,
           f.usual_m3_h
    FROM stretches AS s
    INNER JOIN cems_hours AS h ON h.outlet_id = s.outlet_id AND h.time >= s.from_at AND h.time < s.to_at
    INNER JOIN cems_flow AS f ON f.outlet_id = s.outlet_id
),
air AS (
    SELECT p.city_adcode, w.time, AVG(w.temp_c) AS temp_c
    FROM weather_hours AS w
    INNER JOIN sites AS p ON p.site_id = w.station_id
    WHERE w.time IN (SELECT time FROM sent)
    GROUP BY p.city_adcode, w.time
),
cities AS (
    SELECT enterprise_id, MIN(city_adcode) AS city_adcode FROM enterprises GROUP BY enterprise_id
),
facilities AS (
    SELECT DISTINCT s.outlet_id, s.from_at, c.facility_id
    FROM stretches AS s
    INNER JOIN condition_marks AS c
        ON c.outlet_id = s.outlet_id AND c.condition = 'stopped' AND c.from_at < s.to_at AND c.to_at > s.from_at
),
singles AS (
    SELECT enterprise_id FROM cems_flow GROUP BY enterprise_id HAVING COUNT(*) = 1
),
meters AS (
    SELECT s.outlet_id, s.time, MAX(p.mean_kw / NULLIF(p.rated_kw, 0)) AS share
    FROM sent AS s
    INNER JOIN power_hours AS p ON p.enterprise_id = s.enterprise_id AND p.time = s.time
    LEFT JOIN facilities AS f
        ON f.outlet_id = s.outlet_id AND f.from_at = s.from_at AND f.facility_id = p.facility_id
    WHERE p.role = 'production' AND p.is_online
        AND (f.facility_id IS NOT NULL OR s.enterprise_id IN (SELECT enterprise_id FROM singles))
    GROUP BY s.outlet_id, s.time
),
signs AS (
    SELECT
        s.*,
        s.time > s.from_at AND s.time < s.to_at - INTERVAL 1 HOUR AS is_inner,
        COALESCE(s.flow_m3_h > $flow_share * s.usual_m3_h, FALSE) AS flows,
        COALESCE(s.o2_pct < $o2_run, FALSE) AS is_burning,
        COALESCE(s.temp_c > COALESCE(a.temp_c, $air_c) + $hot_k, FALSE)
            AND s.time >= s.from_at + INTERVAL 1 HOUR * $cool_h AS is_hot,
        COALESCE(m.share > $power_share, FALSE) AS is_powered
    FROM sent AS s
    LEFT JOIN cities AS c ON c.enterprise_id = s.enterprise_id
    LEFT JOIN air AS a ON a.city_adcode = c.city_adcode AND a.time = s.time
    LEFT JOIN meters AS m ON m.outlet_id = s.outlet_id AND m.time = s.time
),
told AS (
    SELECT
        outlet_id,
        from_at,
        to_at,
        MIN(enterprise_id) AS enterprise_id,
        MIN(time) AS onset_at,
        COUNT(CASE WHEN is_inner THEN 1 END) AS hours,
        COUNT(CASE WHEN flows THEN 1 END) AS flow_hours,
        COUNT(CASE WHEN is_burning THEN 1 END) AS burning_hours,
        COUNT(CASE WHEN is_hot THEN 1 END) AS hot_hours,
        COUNT(CASE WHEN is_powered THEN 1 END) AS powered_hours,
        MAX(flow_m3_h / NULLIF(usual_m3_h, 0)) AS max_flow_share,
        MIN(o2_pct) AS lowest_o2_pct,
        MAX(temp_c) AS max_temp_c,
        MAX(CASE WHEN is_marked THEN 1 ELSE 0 END) = 1 AS is_marked
    FROM signs
    WHERE flows OR is_burning OR is_hot OR is_powered
    GROUP BY outlet_id, from_at, to_at
)
SELECT
    'outlet' AS object_kind,
    outlet_id AS object_id,
    enterprise_id,
    outlet_id,
    NULL::VARCHAR AS cell_id,
    NULL::VARCHAR AS pollutant,
    from_at AS window_from,
    to_at AS window_to,
    onset_at,
    1 AS severity,
    LEAST(
        1.0,
        0.6 + 0.1 * (
            CASE WHEN flow_hours > 0 THEN 1 ELSE 0 END + CASE WHEN burning_hours > 0 THEN 1 ELSE 0 END
            + CASE WHEN hot_hours > 0 THEN 1 ELSE 0 END + CASE WHEN powered_hours > 0 THEN 1 ELSE 0 END
        )
    ) AS score,
    TO_JSON({
        'hours': hours, 'flow_hours': flow_hours, 'burning_hours': burning_hours, 'hot_hours': hot_hours,
        'powered_hours': powered_hours, 'max_flow_share': ROUND(max_flow_share, 3), 'lowest_o2_pct': lowest_o2_pct,
        'max_temp_c': max_temp_c, 'is_marked': is_marked
    })::VARCHAR AS facts
FROM told
WHERE 60 * hours >= $run_min
