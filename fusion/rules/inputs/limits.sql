-- The limit that binds an outlet: of all bases in force (permit, local, special, national) the strictest.
-- Grain    one row per outlet, pollutant, averaging time and period
WITH ranges AS (
    SELECT
        outlet_id,
        pollutant,
        averaging,
        limit_basis,
        limit_mg_m3,
        ref_o2_pct,
        COALESCE(valid_from, DATE '1900-01-01') AS valid_from,
        COALESCE(
            LEAD(COALESCE(valid_from, DATE '1900-01-01'))
                OVER (PARTITION BY outlet_id, pollutant, averaging, limit_basis ORDER BY valid_from NULLS FIRST),
            DATE '9999-12-31'
        ) AS valid_to
    FROM permit_limits
),
changes AS (
    SELECT DISTINCT outlet_id, pollutant, averaging, valid_from AS changed FROM ranges
),
periods AS (
    SELECT
        outlet_id,
        pollutant,
        averaging,
        changed AS valid_from,
        COALESCE(
            LEAD(changed) OVER (PARTITION BY outlet_id, pollutant, averaging ORDER BY changed), DATE '9999-12-31'
        ) AS valid_to
    FROM changes
)
SELECT
    p.outlet_id,
    p.pollutant,
    p.averaging,
    p.valid_from,
    p.valid_to,
    MIN(r.limit_mg_m3) AS limit_mg_m3,
    MAX(r.ref_o2_pct) AS ref_o2_pct
FROM periods AS p
INNER JOIN ranges AS r
    ON r.outlet_id = p.outlet_id AND r.pollutant = p.pollutant AND r.averaging = p.averaging
    AND r.valid_from <= p.valid_from AND r.valid_to > p.valid_from
GROUP BY p.outlet_id, p.pollutant, p.averaging, p.valid_from, p.valid_to
