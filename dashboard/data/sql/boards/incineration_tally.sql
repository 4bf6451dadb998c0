-- What is known of the waste incinerators in scope within the days.
-- Grain    one row
-- Columns  registered: in the register of enterprises; plants_*, furnaces, stacks: with a row in the days; *_today: with
--          data on last_day; furnace_days_over, stack_days_over: as rules R17 and R18 count; untold: daily means of too
--          few valid hours to tell
WITH furnace AS (
    SELECT d.* FROM incineration_days d SEMI JOIN enterprises USING (enterprise_idx)
    WHERE between_days($from_date, $to_date, d.date)
),
stack AS (
    SELECT d.* FROM incineration_outlet_days d SEMI JOIN enterprises USING (enterprise_idx)
    WHERE between_days($from_date, $to_date, d.date)
),
latest AS (SELECT MAX(date) AS last_day FROM furnace),
registered AS (
    SELECT COUNT(*) AS n FROM enterprises e JOIN industries i USING (industry_idx) WHERE i.code = 'waste_incineration'
),
burning AS (
    SELECT
        COUNT(DISTINCT enterprise_idx) AS plants,
        COUNT(DISTINCT furnace_id) AS furnaces,
        COUNT(DISTINCT enterprise_idx) FILTER (n_means > 0 AND date = last_day) AS plants_today,
        COUNT(DISTINCT furnace_id) FILTER (n_means > 0 AND date = last_day) AS furnaces_today,
        COUNT(*) AS days,
        COUNT(*) FILTER (is_over) AS days_over,
        COUNT(DISTINCT furnace_id) FILTER (is_over) AS furnaces_over,
        COUNT(DISTINCT enterprise_idx) FILTER (is_over) AS plants_over,
        COALESCE(SUM(n_low), 0) AS means_low,
        COALESCE(SUM(n_means), 0) AS means,
        MIN(date) AS first_day,
        ANY_VALUE(last_day) AS last_day,
        MIN(known_from) AS known_from
    FROM furnace CROSS JOIN latest
),
emitting AS (
    SELECT
        COUNT(DISTINCT enterprise_idx) AS plants,
        COUNT(DISTINCT outlet_id) AS stacks,
        COUNT(DISTINCT (outlet_id, date)) FILTER (is_over IS NOT NULL) AS days,
        COUNT(DISTINCT (outlet_id, date)) FILTER (is_over) AS days_over,
        COUNT(DISTINCT outlet_id) FILTER (is_over) AS stacks_over,
        COUNT(DISTINCT enterprise_idx) FILTER (is_over) AS plants_over,
        COUNT(*) FILTER (is_over IS NULL) AS untold,
        MIN(date) AS first_day,
        MAX(date) AS last_day
    FROM stack
)
SELECT
    r.n AS registered,
    b.plants AS plants_furnaces, b.furnaces, b.plants_today, b.furnaces_today, b.days AS furnace_days,
    b.days_over AS furnace_days_over, b.furnaces_over, b.plants_over AS plants_cold,
    b.means_low::BIGINT AS means_low, b.means::BIGINT AS means,
    e.plants AS plants_stacks, e.stacks, e.days AS stack_days, e.days_over AS stack_days_over, e.stacks_over,
    e.plants_over AS plants_over_limit, e.untold,
    LEAST(b.first_day, e.first_day) AS first_day, b.last_day, e.last_day AS last_stack_day, b.known_from
FROM registered r, burning b, emitting e
