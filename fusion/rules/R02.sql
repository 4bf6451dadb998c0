-- The run of NOx above the limit (holes up to $gap_h bridged) of a plant whose ammonia dose is known, with what
-- speaks for ammonia disturbing the analyser: (a) the dose went up though load and inlet NOx stayed, or the need
-- for ammonia, their product, didn't rise; (b) changes of the dose lead those of NOx upwards; (c) slip; (d) a cut of
-- the dose brought NOx down and kept it there.
-- Together within the hour (lag 0) says nothing about direction; NOx leading is the controller, a negative answer is
-- the treatment doing its work: both refuse. Analyser type and line temperatures (i33001, i33002) are not in the
-- catalogue.
WITH process AS (
    SELECT
        outlet_id,
        time,
        SUM(nh3_flow_kg_h) AS dose_kg_h,
        AVG(load_pct) AS load_pct,
        AVG(inlet_nox_mg_m3) AS inlet_mg_m3,
        MAX(nh3_slip_mg_m3) AS slip_mg_m3
    FROM process_hours
    GROUP BY outlet_id, time
),
hours AS (
    SELECT c.outlet_id, c.enterprise_id, c.time, c.zs_mg_m3, c.ratio, p.dose_kg_h, p.load_pct, p.inlet_mg_m3,
           COALESCE(p.slip_mg_m3, h.nh3_mg_m3) AS slip_mg_m3
    FROM cems_long AS c
    LEFT JOIN process AS p ON p.outlet_id = c.outlet_id AND p.time = c.time
    LEFT JOIN cems_hours AS h ON h.outlet_id = c.outlet_id AND h.time = c.time
    WHERE c.pollutant = 'NOx' AND c.ratio IS NOT NULL AND c.is_running
        AND c.outlet_id IN (SELECT DISTINCT outlet_id FROM process WHERE dose_kg_h IS NOT NULL)
),
over_limit AS (
    SELECT outlet_id, enterprise_id, time, ratio, LAG(time) OVER (PARTITION BY outlet_id ORDER BY time) AS time_before
    FROM hours
    WHERE ratio > 1
),
begun AS (
    SELECT
        *,
        SUM(CASE WHEN time_before >= time - INTERVAL 1 HOUR * ($gap_h + 1) THEN 0 ELSE 1 END)
            OVER (PARTITION BY outlet_id ORDER BY time) AS run
    FROM over_limit
),
runs AS (
    SELECT
        outlet_id,
        MIN(enterprise_id) AS enterprise_id,
        MIN(time) AS t0,
        MAX(time) + INTERVAL 1 HOUR AS t1,
        COUNT(*) AS hours_over,
        MAX(ratio) AS max_ratio
    FROM begun
    GROUP BY outlet_id, run
    HAVING COUNT(*) >= $run_h AND MAX(time) + INTERVAL 1 HOUR > $from_at::TIMESTAMP
),
changes AS (
    SELECT
        outlet_id,
        time,
        CASE WHEN LAG(time) OVER w = time - INTERVAL 1 HOUR THEN dose_kg_h - LAG(dose_kg_h) OVER w END AS d_dose,
        CASE WHEN LAG(time) OVER w = time - INTERVAL 1 HOUR THEN zs_mg_m3 - LAG(zs_mg_m3) OVER w END AS d_nox
    FROM hours
    WINDOW w AS (PARTITION BY outlet_id ORDER BY time)
),
lags AS (
    SELECT r.outlet_id, r.t0, k.lag_h, CORR(d.d_dose, n.d_nox) AS correlation
    FROM runs AS r
    CROSS JOIN (SELECT UNNEST(GENERATE_SERIES(-3, 3)) AS lag_h) AS k
    INNER JOIN changes AS n
        ON n.outlet_id = r.outlet_id AND n.time BETWEEN r.t0 - INTERVAL 24 HOUR AND r.t0 + INTERVAL 48 HOUR
    INNER JOIN changes AS d ON d.outlet_id = n.outlet_id AND d.time = n.time - INTERVAL 1 HOUR * k.lag_h
    GROUP BY r.outlet_id, r.t0, k.lag_h
    HAVING COUNT(d.d_dose) >= 12 AND COUNT(n.d_nox) >= 12
),
ranked AS (
    SELECT *, ROW_NUMBER() OVER (PARTITION BY outlet_id, t0 ORDER BY ABS(correlation) DESC, lag_h DESC) AS place
    FROM lags
    WHERE correlation IS NOT NULL AND NOT ISNAN(correlation)
),
directions AS (
    SELECT
        outlet_id,
        t0,
        lag_h,
        correlation,
        CASE
            WHEN ABS(correlation) <= $xc_min THEN 'unclear'
            WHEN lag_h < 0 THEN 'nox_leads'
            WHEN correlation < 0 THEN 'dose_lowers_nox'
            WHEN lag_h = 0 THEN 'together'
            ELSE 'dose_leads'
        END AS direction
    FROM ranked
    WHERE place = 1
),
levels AS (
    SELECT
        r.outlet_id,
        r.t0,
        MEDIAN(CASE WHEN h.time < r.t0 - INTERVAL 3 HOUR THEN h.dose_kg_h END) AS dose_before,
        MEDIAN(CASE WHEN h.time >= r.t0 THEN h.dose_kg_h END) AS dose_after,
        MEDIAN(CASE WHEN h.time < r.t0 - INTERVAL 3 HOUR THEN h.load_pct END) AS load_before,
        MEDIAN(CASE WHEN h.time >= r.t0 THEN h.load_pct END) AS load_after,
        MEDIAN(CASE WHEN h.time < r.t0 - INTERVAL 3 HOUR THEN h.inlet_mg_m3 END) AS inlet_before,
        MEDIAN(CASE WHEN h.time >= r.t0 THEN h.inlet_mg_m3 END) AS inlet_after,
        MEDIAN(CASE WHEN h.time >= r.t0 THEN h.slip_mg_m3 END) AS slip_mg_m3,
        COUNT(CASE WHEN h.time < r.t0 - INTERVAL 3 HOUR THEN h.dose_kg_h END) AS hours_before
    FROM runs AS r
    INNER JOIN hours AS h
        ON h.outlet_id = r.outlet_id AND h.time >= r.t0 - INTERVAL 14 DAY AND h.time < r.t0 + INTERVAL 48 HOUR
    GROUP BY r.outlet_id, r.t0
),
steps AS (
    SELECT r.outlet_id, r.t0, MIN(h.time) AS dose_up_at
    FROM runs AS r
    INNER JOIN levels AS v ON v.outlet_id = r.outlet_id AND v.t0 = r.t0
    INNER JOIN hours AS h
        ON h.outlet_id = r.outlet_id AND h.time >= r.t0 - INTERVAL 3 HOUR AND h.time < r.t0 + INTERVAL 48 HOUR
        AND h.dose_kg_h >= v.dose_before * (1 + $dose_up) / 2
    GROUP BY r.outlet_id, r.t0
),
cuts AS (
    SELECT r.outlet_id, r.t0, n.time AS cut_at
    FROM runs AS r
    INNER JOIN hours AS n
        ON n.outlet_id = r.outlet_id AND n.time > r.t0 AND n.time <= r.t1 + INTERVAL 1 HOUR * $verify_h
    INNER JOIN hours AS b ON b.outlet_id = n.outlet_id AND b.time = n.time - INTERVAL 1 HOUR
    WHERE n.dose_kg_h <= (1 - $cut) * b.dose_kg_h
),
answers AS (
    SELECT
        c.outlet_id,
        c.t0,
        c.cut_at,
        MEDIAN(CASE WHEN h.time < c.cut_at THEN h.zs_mg_m3 END) AS nox_before,
        MIN(CASE WHEN h.time >= c.cut_at AND h.time < c.cut_at + INTERVAL 1 HOUR * $verify_h THEN h.zs_mg_m3 END)
            AS nox_after,
        COUNT(CASE WHEN h.time >= c.cut_at + INTERVAL 1 HOUR * $verify_h THEN 1 END) AS hours_after,
        MAX(CASE WHEN h.time >= c.cut_at + INTERVAL 1 HOUR * $verify_h THEN h.ratio END) AS max_ratio_after
    FROM cuts AS c
    INNER JOIN hours AS h
        ON h.outlet_id = c.outlet_id AND h.time >= c.cut_at - INTERVAL 1 HOUR * $verify_h
        AND h.time < c.cut_at + INTERVAL 1 HOUR * ($verify_h + 24)
    GROUP BY c.outlet_id, c.t0, c.cut_at
),
verified AS (
    SELECT outlet_id, t0, MIN(cut_at) AS cut_at
    FROM answers
    WHERE nox_after <= (1 - $fall) * nox_before AND hours_after >= 20 AND max_ratio_after < 1
    GROUP BY outlet_id, t0
),
service AS (
    SELECT DISTINCT r.outlet_id, r.t0
    FROM runs AS r
    INNER JOIN cems_service AS s
        ON s.outlet_id = r.outlet_id AND s.from_at < r.t0 + INTERVAL 24 HOUR AND s.to_at > r.t0 - INTERVAL 24 HOUR
),
told AS (
    SELECT
        r.*,
        v.* EXCLUDE (outlet_id, t0),
        d.lag_h,
        d.correlation,
        s.dose_up_at,
        k.cut_at,
        COALESCE(d.direction, 'unclear') AS direction,
        (v.load_after / v.load_before IS NOT NULL OR v.inlet_after / v.inlet_before IS NOT NULL)
            AND (
                COALESCE(v.load_after / v.load_before, 1) * COALESCE(v.inlet_after / v.inlet_before, 1) < 1 + $steady
                OR (
                    ABS(COALESCE(v.load_after / v.load_before, 1) - 1) < $steady
                    AND ABS(COALESCE(v.inlet_after / v.inlet_before, 1) - 1) < $steady
                )
            ) AS is_steady,
        v.hours_before >= 12 AND v.dose_after >= $dose_up * v.dose_before AS is_dose_up,
        COALESCE(v.slip_mg_m3 > $slip_max, FALSE) AS is_slip,
        k.cut_at IS NOT NULL AS is_verified,
        x.t0 IS NOT NULL AS is_serviced
    FROM runs AS r
    INNER JOIN levels AS v ON v.outlet_id = r.outlet_id AND v.t0 = r.t0
    LEFT JOIN directions AS d ON d.outlet_id = r.outlet_id AND d.t0 = r.t0
    LEFT JOIN steps AS s ON s.outlet_id = r.outlet_id AND s.t0 = r.t0
    LEFT JOIN verified AS k ON k.outlet_id = r.outlet_id AND k.t0 = r.t0
    LEFT JOIN service AS x ON x.outlet_id = r.outlet_id AND x.t0 = r.t0
),
scored AS (
    SELECT
        *,
        is_dose_up AND is_steady AS part_a,
        direction = 'dose_leads' AS part_b,
        CASE WHEN is_dose_up AND is_steady AND is_verified THEN 1.0 ELSE
            0.3 * (CASE WHEN is_dose_up AND is_steady THEN 1 ELSE 0 END)
            + 0.3 * (CASE WHEN direction = 'dose_leads' THEN 1 ELSE 0 END)
            + 0.2 * (CASE WHEN is_slip THEN 1 ELSE 0 END)
            + 0.2 * (CASE WHEN is_steady AND NOT is_serviced THEN 1 ELSE 0 END)
        END AS score
    FROM told
)
SELECT
    'outlet' AS object_kind,
    outlet_id AS object_id,
    enterprise_id,
    outlet_id,
    NULL::VARCHAR AS cell_id,
    'NOx' AS pollutant,
    t0 AS window_from,
    t1 AS window_to,
    COALESCE(dose_up_at, t0) AS onset_at,
    2 AS severity,
    score,
    TO_JSON({
        'hypothesis': 'ammonia', 'is_verified': is_verified, 'a_dose_step': part_a, 'b_dose_leads': part_b,
        'c_slip': is_slip, 'd_cut_cured': is_verified, 'no_other_cause': is_steady AND NOT is_serviced,
        'direction': direction, 'lag_h': lag_h, 'correlation': ROUND(correlation, 3),
        'dose_before_kg_h': ROUND(dose_before, 2), 'dose_after_kg_h': ROUND(dose_after, 2),
        'load_after_over_before': ROUND(load_after / load_before, 3),
        'inlet_after_over_before': ROUND(inlet_after / inlet_before, 3), 'slip_mg_m3': ROUND(slip_mg_m3, 2), 'hours_over': hours_over, 'max_ratio': ROUND(max_ratio, 3),
        'dose_up_at': dose_up_at, 'dose_cut_at': cut_at
    })::VARCHAR AS facts
FROM scored
WHERE part_a AND direction NOT IN ('nox_leads', 'dose_lowers_nox') AND score >= $s_min
