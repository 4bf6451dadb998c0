-- Clues as they stand now: the snapshot's, the casebook's word over the register's, and those made by hand.
-- Grain    one row per clue
-- Reads    {clues}: the clues of the snapshot to tell of, all of them or those with a case; casebook_cases, casebook_steps: tables of the casebook; casebook_reached: clue ids outside the snapshot that
--          the viewer may see
-- Columns  those of clues, and rule_id, team_code, version (events of the casebook; 0: none), assignee, assignee_person, origin, verdict,
--          is_prominent, clock_stopped, n_rechecks_failed, n_relapses, city_adcode, county_adcode
--          stages: as in clues, casebook included; 64 (overdue) by the snapshot's as_of ($as_of)
WITH steps AS (
    SELECT
        clue_id,
        MAX(CASE WHEN target = 'PUSHED' OR source = 'PUSHED' THEN 1 ELSE 0 END)
            + MAX(CASE WHEN target IN ('ACCEPTED', 'RETURNED') OR source IN ('ACCEPTED', 'RETURNED') THEN 2 ELSE 0 END)
            + MAX(CASE WHEN target IN ('CONFIRMED', 'NOT_CONFIRMED') THEN 4 ELSE 0 END)
            + MAX(CASE WHEN target = 'CONFIRMED' THEN 8 ELSE 0 END) AS reached,
        MAX(CASE WHEN event = 'pass' THEN version ELSE 0 END) AS last_pass,
        MAX(CASE WHEN event = 'relapse' THEN version ELSE 0 END) AS last_relapse
    FROM casebook_steps
    WHERE source IS DISTINCT FROM target
    GROUP BY clue_id
),
known AS (
    SELECT
        k.*, t.team_idx, COALESCE(s.reached, 0) AS reached, COALESCE(s.last_pass, 0) AS last_pass,
        COALESCE(s.last_relapse, 0) AS last_relapse
    FROM casebook_cases AS k
    LEFT JOIN steps AS s ON s.clue_id = k.clue_id
    LEFT JOIN teams AS t ON t.team_code = k.team_code
    WHERE k.state IS NOT NULL
),
-- What the snapshot says of a clue, or would say of one made by hand.
ground AS (
    SELECT
        c.* EXCLUDE (severity, state, state_since, team_idx, due_at, stages),
        c.severity AS told_severity, c.state AS told_state, c.state_since AS told_since,
        c.team_idx AS told_team, c.due_at AS told_due, c.stages AS told_stages, u.rule_id
    FROM {clues} AS c
    LEFT JOIN rules AS u ON u.rule_idx = c.rule_idx
    UNION ALL BY NAME
    SELECT
        CAST((SELECT COALESCE(MAX(clue_idx) + 1, 0) FROM clues) + ROW_NUMBER() OVER (ORDER BY k.detected_at, k.clue_id) - 1
            AS UINTEGER) AS clue_idx,
        k.clue_id,
        CAST(COALESCE(u.rule_idx, 255) AS UTINYINT) AS rule_idx,
        k.category,
        CAST(COALESCE(e.enterprise_idx, -1) AS INTEGER) AS enterprise_idx,
        k.cell_id,
        CAST(COALESCE(county.place_idx, 65535) AS USMALLINT) AS county_idx,
        CAST(COALESCE(city.place_idx, 65535) AS USMALLINT) AS city_idx,
        CAST(COALESCE(e.industry_idx, 255) AS UTINYINT) AS industry_idx,
        k.lon_deg, k.lat_deg, k.pollutant, k.window_from, k.window_to, k.detected_at,
        CAST(k.detected_at AS DATE) AS detected_date,
        k.score, k.rule_id,
        CAST(COALESCE(r.round_idx, 255) AS UTINYINT) AS round_idx,
        CAST(k.severity AS UTINYINT) AS told_severity, k.state AS told_state,
        k.since AS told_since, CAST(255 AS UTINYINT) AS told_team, k.due_at AS told_due, CAST(0 AS UTINYINT) AS told_stages
    FROM casebook_cases AS k
    INNER JOIN casebook_reached AS x ON x.clue_id = k.clue_id
    LEFT JOIN rules AS u ON u.rule_id = k.rule_id
    LEFT JOIN rounds AS r ON r.round_code = k.round_code
    LEFT JOIN enterprises AS e ON e.enterprise_id = k.enterprise_id
    LEFT JOIN places AS county ON county.adcode = k.county_adcode AND county.level = 2
    LEFT JOIN places AS city ON city.adcode = k.city_adcode AND city.level = 1
    WHERE k.state IS NOT NULL
)
SELECT
    g.* EXCLUDE (told_severity, told_state, told_since, told_team, told_due, told_stages),
    CAST(COALESCE(k.severity, g.told_severity) AS UTINYINT) AS severity,
    COALESCE(k.state, g.told_state) AS state,
    COALESCE(k.since, g.told_since) AS state_since,
    CAST(CASE WHEN k.clue_id IS NULL THEN g.told_team ELSE COALESCE(k.team_idx, 255) END AS UTINYINT) AS team_idx,
    CASE WHEN k.clue_id IS NULL THEN g.told_due ELSE k.due_at END AS due_at,
    CASE WHEN k.clue_id IS NULL THEN t.team_code ELSE k.team_code END AS team_code,
    CASE WHEN k.clue_id IS NULL THEN t.team_code ELSE k.assignee END AS assignee,
    k.assignee_person,
    COALESCE(k.version, 0) AS version,
    COALESCE(k.origin, 'snapshot') AS origin,
    k.verdict,
    COALESCE(k.is_prominent, false) AS is_prominent,
    COALESCE(k.clock_stopped, g.told_state = 'SUSPENDED') AS clock_stopped,
    COALESCE(k.n_rechecks_failed, 0) AS n_rechecks_failed,
    COALESCE(k.n_relapses, 0) AS n_relapses,
    city.adcode AS city_adcode,
    county.adcode AS county_adcode,
    CAST(CASE WHEN k.clue_id IS NULL THEN g.told_stages ELSE
        ((g.told_stages | k.reached) & 15)
        + CASE
            WHEN ((g.told_stages | k.reached) & 8) = 0 THEN 0
            WHEN k.last_pass > k.last_relapse THEN 16
            WHEN k.last_relapse > 0 THEN 0
            ELSE g.told_stages & 16
        END
        + CASE WHEN k.state = 'CLOSED' THEN 32 ELSE 0 END
        + CASE WHEN k.due_at < $as_of AND k.state NOT IN ('CLOSED', 'DISCARDED', 'MERGED', 'SUSPENDED') THEN 64 ELSE 0 END
    END AS UTINYINT) AS stages
FROM ground AS g
LEFT JOIN known AS k ON k.clue_id = g.clue_id
LEFT JOIN teams AS t ON t.team_idx = g.told_team
LEFT JOIN places AS city ON city.place_idx = g.city_idx
LEFT JOIN places AS county ON county.place_idx = g.county_idx
ORDER BY g.clue_idx
