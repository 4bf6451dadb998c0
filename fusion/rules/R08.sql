-- Flow that doesn't fit what it is made of, joined to one clue an outlet and stretch:
-- (a) flow against velocity x area at standard state, dry; (b) kilograms against raw value x flow; (c) flow that no
-- longer follows the load of the process; (d) another duct area. Kv and the air pressure of the place are not sent:
-- the outlet's own median of the ratio stands for them, which also takes out a unit (m3/s) or a basis (wet, actual)
-- kept throughout; what changes from the usual ratio is told. A switch of unit by 3600 is no manipulation. (e)
-- constant velocity is told by R03.
WITH gas AS (
    SELECT
        h.outlet_id,
        h.enterprise_id,
        h.time,
        h.flow_m3_h,
        h.duct_area_m2,
        h.flow_m3_h / NULLIF(
            3600 * h.duct_area_m2 * h.velocity_m_s * 273 / (273 + h.temp_c)
            * (101325 + COALESCE(h.pressure_pa, 0)) / 101325 * (1 - COALESCE(h.humidity_pct, 0) / 100), 0
        ) AS fit,
        CASE WHEN h.nox_mg_m3 > 0 AND h.nox_kg > 0 THEN h.nox_mg_m3 * h.flow_m3_h * 1e-6 END AS nox_computed,
        h.nox_kg,
        CASE WHEN h.so2_mg_m3 > 0 AND h.so2_kg > 0 THEN h.so2_mg_m3 * h.flow_m3_h * 1e-6 END AS so2_computed,
        h.so2_kg,
        CASE WHEN h.pm_mg_m3 > 0 AND h.pm_kg > 0 THEN h.pm_mg_m3 * h.flow_m3_h * 1e-6 END AS pm_computed,
        h.pm_kg
    FROM cems_wide AS h
    WHERE h.is_running AND COALESCE(h.nox_flag, h.so2_flag, h.pm_flag, 'N') <> 'F' AND h.flow_m3_h > 0
),
usual AS (
    SELECT
        outlet_id,
        MEDIAN(fit) AS fit,
        MEDIAN(nox_kg / nox_computed) AS nox,
        MEDIAN(so2_kg / so2_computed) AS so2,
        MEDIAN(pm_kg / pm_computed) AS pm
    FROM gas
    GROUP BY outlet_id
    HAVING COUNT(*) >= 24
),
against AS (
    SELECT
        g.outlet_id,
        g.enterprise_id,
        g.time,
        g.fit / u.fit AS fit,
        CASE
            WHEN g.nox_computed IS NOT NULL
                AND ABS(g.nox_kg - u.nox * g.nox_computed) > $tol * u.nox * g.nox_computed + 0.001
                THEN g.nox_kg / (u.nox * g.nox_computed)
            WHEN g.so2_computed IS NOT NULL
                AND ABS(g.so2_kg - u.so2 * g.so2_computed) > $tol * u.so2 * g.so2_computed + 0.001
                THEN g.so2_kg / (u.so2 * g.so2_computed)
            WHEN g.pm_computed IS NOT NULL
                AND ABS(g.pm_kg - u.pm * g.pm_computed) > $tol * u.pm * g.pm_computed + 0.001
                THEN g.pm_kg / (u.pm * g.pm_computed)
        END AS kg_fit
    FROM gas AS g
    INNER JOIN usual AS u ON u.outlet_id = g.outlet_id
),
signs AS (
    SELECT outlet_id, enterprise_id, time, 'a' AS part, fit AS size FROM against
    WHERE ABS(fit - 1) > $tol AND ABS(fit * 3600 - 1) > $tol AND ABS(fit / 3600 - 1) > $tol
    UNION ALL
    SELECT outlet_id, enterprise_id, time, 'b', kg_fit FROM against
    WHERE kg_fit IS NOT NULL AND ABS(kg_fit * 3600 - 1) > $tol AND ABS(kg_fit / 3600 - 1) > $tol
),
before AS (
    SELECT *, LAG(time) OVER (PARTITION BY outlet_id, part ORDER BY time) AS time_before FROM signs
),
begun AS (
    SELECT
        *,
        SUM(CASE WHEN time_before >= time - INTERVAL 1 HOUR * ($gap_h + 1) THEN 0 ELSE 1 END)
            OVER (PARTITION BY outlet_id, part ORDER BY time) AS run
    FROM before
),
areas AS (
    SELECT
        outlet_id,
        enterprise_id,
        time,
        duct_area_m2,
        LAG(duct_area_m2) OVER (PARTITION BY outlet_id ORDER BY time) AS area_before
    FROM gas
    WHERE outlet_id IN (
        SELECT outlet_id FROM gas GROUP BY outlet_id HAVING MAX(duct_area_m2) > MIN(duct_area_m2) * 1.001
    )
),
loads AS (
    SELECT p.outlet_id, p.time, AVG(p.load_pct) AS load_pct
    FROM process_hours AS p
    GROUP BY p.outlet_id, p.time
),
paired AS (
    SELECT
        g.outlet_id,
        g.enterprise_id,
        g.time,
        g.flow_m3_h,
        l.load_pct,
        g.time >= $as_of::TIMESTAMP - INTERVAL 14 DAY AS is_recent
    FROM gas AS g
    INNER JOIN loads AS l ON l.outlet_id = g.outlet_id AND l.time = g.time
    WHERE l.load_pct IS NOT NULL AND g.time >= $as_of::TIMESTAMP - INTERVAL 74 DAY
),
ranked AS (
    SELECT
        *,
        RANK() OVER (PARTITION BY outlet_id, is_recent ORDER BY flow_m3_h) AS flow_rank,
        RANK() OVER (PARTITION BY outlet_id, is_recent ORDER BY load_pct) AS load_rank
    FROM paired
),
followed AS (
    SELECT
        outlet_id,
        MIN(enterprise_id) AS enterprise_id,
        CORR(CASE WHEN is_recent THEN flow_rank END, CASE WHEN is_recent THEN load_rank END) AS rho_now,
        CORR(CASE WHEN NOT is_recent THEN flow_rank END, CASE WHEN NOT is_recent THEN load_rank END) AS rho_before,
        COUNT(CASE WHEN is_recent THEN 1 END) AS hours_now,
        COUNT(CASE WHEN NOT is_recent THEN 1 END) AS hours_before
    FROM ranked
    GROUP BY outlet_id
),
parts AS (
    SELECT
        outlet_id,
        MIN(enterprise_id) AS enterprise_id,
        part,
        MIN(time) AS from_at,
        MAX(time) + INTERVAL 1 HOUR AS to_at,
        COUNT(*) AS hours,
        MEDIAN(size) AS size
    FROM begun
    GROUP BY outlet_id, part, run
    HAVING COUNT(*) >= $mismatch_h
    UNION ALL
    SELECT outlet_id, enterprise_id, 'd', time, time + INTERVAL 1 HOUR, 1, duct_area_m2 / area_before
    FROM areas
    WHERE ABS(duct_area_m2 / area_before - 1) > 0.001
    UNION ALL
    SELECT
        outlet_id,
        enterprise_id,
        'c',
        DATE_TRUNC('week', $as_of::TIMESTAMP - INTERVAL 14 DAY),
        $as_of::TIMESTAMP,
        hours_now,
        rho_now
    FROM followed
    WHERE rho_now < $rho_min AND rho_before > $rho_before AND hours_now >= 168 AND hours_before >= 168
),
reached AS (
    SELECT
        *,
        MAX(to_at) OVER (
            PARTITION BY outlet_id ORDER BY from_at, to_at, part ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS reached_at
    FROM parts
),
joined AS (
    SELECT
        *,
        SUM(CASE WHEN reached_at >= from_at THEN 0 ELSE 1 END)
            OVER (PARTITION BY outlet_id ORDER BY from_at, to_at, part) AS clue
    FROM reached
),
told AS (
    SELECT
        outlet_id,
        MIN(enterprise_id) AS enterprise_id,
        MIN(from_at) AS from_at,
        MAX(to_at) AS to_at,
        MAX(CASE WHEN part = 'a' THEN hours END) AS flow_hours,
        MAX(CASE WHEN part = 'a' THEN size END) AS flow_over_usual,
        MAX(CASE WHEN part = 'b' THEN hours END) AS kg_hours,
        MAX(CASE WHEN part = 'b' THEN size END) AS kg_over_usual,
        MAX(CASE WHEN part = 'c' THEN size END) AS rho_load,
        MAX(CASE WHEN part = 'd' THEN size END) AS area_over_before
    FROM joined
    GROUP BY outlet_id, clue
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
    from_at AS onset_at,
    2 AS severity,
    CASE WHEN flow_hours IS NOT NULL OR kg_hours IS NOT NULL THEN 0.8 ELSE 0.6 END AS score,
    TO_JSON({
        'flow_hours': flow_hours, 'flow_over_usual': ROUND(flow_over_usual, 3), 'kg_hours': kg_hours,
        'kg_over_usual': ROUND(kg_over_usual, 3), 'rho_load': ROUND(rho_load, 3),
        'area_over_before': ROUND(area_over_before, 4)
    })::VARCHAR AS facts
FROM told
WHERE to_at > $from_at::TIMESTAMP
