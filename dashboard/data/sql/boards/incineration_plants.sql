-- The waste incinerators in scope with a furnace or a stack that reported within the days, those with most to ask first.
-- Grain    one row per plant
-- Columns  min_c: lowest 5-minute mean of any furnace; n_low: means below the least temperature that count; worst_low:
--          most of them in one furnace and day; *_h: hours under a mark, over furnaces; used_*_h: of the furnace that used
--          most, in the year (thermocouple: quarter) of the last day; pollutants: highest valid daily mean by its ratio
--          to the limit; clues: of rules R17 and R18
WITH furnace AS (
    SELECT d.* FROM incineration_days d SEMI JOIN enterprises USING (enterprise_idx)
    WHERE between_days($from_date, $to_date, d.date)
),
latest AS (SELECT MAX(date) AS last_day FROM furnace),
burning AS (
    SELECT
        enterprise_idx,
        COUNT(DISTINCT furnace_id) AS furnaces,
        COUNT(*) AS furnace_days,
        SUM(n_means)::BIGINT AS means,
        MIN(min_c) AS min_c,
        SUM(n_low)::BIGINT AS n_low,
        SUM(n_low_exempt)::BIGINT AS n_low_exempt,
        MAX(n_low) AS worst_low,
        COUNT(*) FILTER (is_over) AS days_over,
        MAX(date) AS last_day,
        SUM(start_up_h) AS start_up_h, SUM(shut_down_h) AS shut_down_h, SUM(fault_h) AS fault_h,
        SUM(accident_h) AS accident_h, SUM(drying_h) AS drying_h, SUM(cool_down_h) AS cool_down_h,
        SUM(stopped_h) AS stopped_h, SUM(thermocouple_h) AS thermocouple_h,
        MAX(used_ssfa_h) FILTER (date >= DATE_TRUNC('year', latest.last_day)) AS used_ssfa_h,
        MAX(quota_ssfa_h) AS quota_ssfa_h,
        MAX(used_dry_h) FILTER (date >= DATE_TRUNC('year', latest.last_day)) AS used_dry_h,
        MAX(quota_dry_h) AS quota_dry_h,
        MAX(used_thermocouple_h) FILTER (date >= DATE_TRUNC('quarter', latest.last_day)) AS used_thermocouple_h,
        MAX(quota_thermocouple_h) AS quota_thermocouple_h
    FROM furnace CROSS JOIN latest
    GROUP BY enterprise_idx
),
by_pollutant AS (
    SELECT
        d.enterprise_idx, d.pollutant,
        COUNT(DISTINCT d.outlet_id) AS outlets,
        COUNT(d.is_over) AS days,
        COUNT(*) FILTER (d.is_over) AS days_over,
        MAX(d.value_mg_m3 / d.limit_mg_m3) FILTER (d.is_over IS NOT NULL) AS ratio,
        ARG_MAX(d.value_mg_m3, d.value_mg_m3 / d.limit_mg_m3) FILTER (d.is_over IS NOT NULL) AS value_mg_m3,
        ARG_MAX(d.limit_mg_m3, d.value_mg_m3 / d.limit_mg_m3) FILTER (d.is_over IS NOT NULL) AS limit_mg_m3,
        MAX(d.days_over) AS days_over_month
    FROM incineration_outlet_days d SEMI JOIN enterprises USING (enterprise_idx)
    WHERE between_days($from_date, $to_date, d.date)
    GROUP BY d.enterprise_idx, d.pollutant
),
emitting AS (
    SELECT
        enterprise_idx, MAX(outlets) AS outlets, SUM(days_over)::BIGINT AS means_over,
        LIST({
            'pollutant': pollutant, 'days': days, 'days_over': days_over, 'ratio': ratio, 'value': value_mg_m3,
            'limit': limit_mg_m3, 'days_over_month': days_over_month
        } ORDER BY pollutant) AS pollutants
    FROM by_pollutant
    GROUP BY enterprise_idx
),
clued AS (
    SELECT c.enterprise_idx, COUNT(*) AS clues
    FROM clues c JOIN rules r USING (rule_idx)
    WHERE r.rule_id IN ('R17', 'R18')
    GROUP BY c.enterprise_idx
)
SELECT
    e.enterprise_id, e.name, city.name_zh AS city_zh, city.name_en AS city_en,
    b.* EXCLUDE (enterprise_idx), s.outlets, s.means_over, s.pollutants, COALESCE(k.clues, 0) AS clues
FROM enterprises e
LEFT JOIN burning b USING (enterprise_idx)
LEFT JOIN emitting s USING (enterprise_idx)
LEFT JOIN clued k USING (enterprise_idx)
LEFT JOIN places city ON city.place_idx = e.city_idx
WHERE b.enterprise_idx IS NOT NULL OR s.enterprise_idx IS NOT NULL
ORDER BY COALESCE(b.days_over, 0) + COALESCE(s.means_over, 0) DESC, COALESCE(b.n_low, 0) DESC, e.enterprise_idx
