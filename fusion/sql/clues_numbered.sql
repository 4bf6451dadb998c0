-- Clues in order of detection, with their state at $as_of.
-- Grain    one row per clue; one without events is IDENTIFIED since its detection
-- Columns  stages: bits 1 pushed, 2 answered, 4 has a verdict, 8 confirmed, 16 fixed, 32 closed, 64 overdue; the clock
--          doesn't run in SUSPENDED and has stopped in CLOSED, DISCARDED and MERGED
SELECT
    CAST(ROW_NUMBER() OVER (ORDER BY k.detected_at, k.clue_id) - 1 AS UINTEGER) AS clue_idx,
    k.clue_id,
    COALESCE(u.rule_idx, 255) AS rule_idx,
    k.category,
    CAST(k.severity AS UTINYINT) AS severity,
    CAST(COALESCE(e.enterprise_idx, -1) AS INTEGER) AS enterprise_idx,
    k.cell_id,
    COALESCE(c.county_idx, 65535) AS county_idx,
    COALESCE(c.city_idx, 65535) AS city_idx,
    COALESCE(e.industry_idx, 255) AS industry_idx,
    k.lon_deg,
    k.lat_deg,
    COALESCE(r.round_idx, 255) AS round_idx,
    k.pollutant,
    k.window_from,
    k.window_to,
    k.detected_at,
    CAST(k.detected_at AS DATE) AS detected_date,
    k.score,
    COALESCE(s.state, 'IDENTIFIED') AS state,
    COALESCE(s.state_since, k.detected_at) AS state_since,
    COALESCE(t.team_idx, 255) AS team_idx,
    s.due_at,
    CAST(
        COALESCE(s.was_pushed, 0)
        + 2 * COALESCE(s.was_answered, 0)
        + 4 * COALESCE(s.was_checked, 0)
        + 8 * COALESCE(s.was_confirmed, 0)
        + 16 * COALESCE(s.is_fixed, 0)
        + CASE WHEN s.state = 'CLOSED' THEN 32 ELSE 0 END
        + CASE
            WHEN s.due_at < $as_of AND s.state NOT IN ('CLOSED', 'DISCARDED', 'MERGED', 'SUSPENDED') THEN 64
            ELSE 0
        END AS UTINYINT
    ) AS stages
FROM clues_all AS k
LEFT JOIN clue_states AS s ON s.clue_id = k.clue_id
LEFT JOIN rules AS u ON u.rule_id = k.rule_id
LEFT JOIN enterprises_numbered AS e ON e.enterprise_id = k.enterprise_id
LEFT JOIN counties AS c ON c.adcode = k.county_adcode
LEFT JOIN rounds_numbered AS r ON r.round_code = k.round_code
LEFT JOIN teams_numbered AS t ON t.team_code = s.team_code
ORDER BY clue_idx
