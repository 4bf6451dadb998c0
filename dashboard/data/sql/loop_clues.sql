-- The way of every clue through the loop: which stages it reached and when, and where it stands now.
-- Grain    one row per clue
-- Columns  is_*: the clue has been in that state, told by either end of a step, so that a history whose beginning was not
--          handed over still counts; *_at: when it first was; rest: how it stands where it went no further;
--          version: events of the casebook, 0 while only the register speaks
WITH steps AS (
    SELECT clue_id, sequence, "at", from_state, to_state, team_code
    FROM events_now
    WHERE from_state IS DISTINCT FROM to_state
),
seen AS (
    SELECT
        clue_id,
        BOOL_OR(to_state = 'PUSHED' OR from_state IS NOT DISTINCT FROM 'PUSHED') AS is_pushed,
        BOOL_OR(to_state = 'ACCEPTED' OR from_state IS NOT DISTINCT FROM 'ACCEPTED') AS was_accepted,
        BOOL_OR(to_state IN ('CONFIRMED', 'NOT_CONFIRMED') OR COALESCE(from_state IN ('CONFIRMED', 'NOT_CONFIRMED'), false))
            AS is_checked,
        BOOL_OR(to_state = 'CONFIRMED' OR from_state IS NOT DISTINCT FROM 'CONFIRMED') AS is_confirmed,
        BOOL_OR(to_state = 'RECHECK' OR from_state IS NOT DISTINCT FROM 'RECHECK') AS was_rectified,
        MIN("at") FILTER (to_state = 'PUSHED') AS pushed_at,
        MIN("at") FILTER (to_state = 'ACCEPTED') AS accepted_at,
        MIN("at") FILTER (to_state = 'CHECKING') AS visited_at,
        MIN("at") FILTER (to_state IN ('CONFIRMED', 'NOT_CONFIRMED')) AS checked_at,
        MIN("at") FILTER (to_state = 'CONFIRMED') AS confirmed_at,
        MIN("at") FILTER (to_state = 'RECHECK') AS rectified_at,
        MIN("at") FILTER (to_state = 'CLOSED') AS closed_at,
        MIN("at") FILTER (from_state = 'RECHECK' AND to_state = 'CLOSED') AS rechecked_at,
        MAX("at") FILTER (from_state = 'RECHECK' AND to_state = 'CLOSED') AS last_passed_at,
        COALESCE(MAX(sequence) FILTER (from_state = 'RECHECK' AND to_state = 'CLOSED'), 0) AS last_pass,
        MIN("at") FILTER (to_state = 'RELAPSED') AS relapsed_at,
        COALESCE(MAX(sequence) FILTER (to_state = 'RELAPSED'), 0) AS last_relapse,
        COUNT(*) FILTER (to_state = 'RELAPSED') AS n_relapses,
        COUNT(*) FILTER (to_state = 'E_SUPERVISED') AS n_orders,
        COUNT(*) FILTER (to_state = 'LISTED_SUPERVISED') AS n_listings,
        ARG_MAX(team_code, sequence) FILTER (team_code IS NOT NULL) AS team_code
    FROM steps
    GROUP BY clue_id
),
reached AS (
    SELECT
        c.clue_id, c.version, c.rule_idx, c.category, c.severity, c.city_idx, c.county_idx, city.parent_idx AS province_idx,
        c.industry_idx, c.lon_deg, c.lat_deg, c.round_idx, c.pollutant, c.detected_at, c.detected_date, c.state,
        c.state_since, c.due_at, c.cell_id, c.score, e.enterprise_id, e.name AS enterprise, s.team_code,
        COALESCE(s.is_pushed, false) AS is_pushed,
        COALESCE(s.was_accepted AND s.is_pushed, false) AS is_accepted,
        COALESCE(s.is_checked, false) AS is_checked,
        COALESCE(s.is_confirmed, false) AS is_confirmed,
        COALESCE(s.was_rectified AND s.is_confirmed, false) AS is_rectified,
        COALESCE(s.last_pass > 0 AND s.is_confirmed, false) AS is_rechecked,
        COALESCE(s.is_confirmed AND s.last_pass > s.last_relapse, false) AS is_fixed,
        s.pushed_at, s.accepted_at, s.visited_at, s.checked_at, s.confirmed_at, s.rectified_at, s.rechecked_at, s.closed_at,
        s.last_passed_at, s.relapsed_at,
        COALESCE(s.n_relapses, 0) AS n_relapses,
        COALESCE(s.n_orders, 0) AS n_orders,
        COALESCE(s.n_listings, 0) AS n_listings
    FROM clues_now AS c
    LEFT JOIN seen AS s ON s.clue_id = c.clue_id
    LEFT JOIN enterprises AS e ON e.enterprise_idx = c.enterprise_idx
    LEFT JOIN places AS city ON city.place_idx = c.city_idx
)
SELECT
    *,
    CASE
        WHEN is_rechecked AND NOT is_fixed THEN 'relapsed'
        WHEN state = 'MERGED' THEN 'merged'
        WHEN state = 'DISCARDED' THEN 'dismissed'
        WHEN state = 'RETURNED' THEN 'returned'
        WHEN state = 'NOT_CONFIRMED' OR (state = 'CLOSED' AND NOT is_confirmed) THEN 'denied'
        WHEN state = 'CLOSED' THEN 'closed'
        WHEN state = 'SUSPENDED' THEN 'suspended'
        ELSE 'open'
    END AS rest,
    state NOT IN ('CLOSED', 'DISCARDED', 'MERGED') AS is_open
FROM reached
