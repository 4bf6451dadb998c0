-- Clues as they were handed over, and those found now; of the same clue the one handed over.
-- Grain    one row per clue
SELECT
    clue_id, rule_id, category, severity, enterprise_id, cell_id, county_adcode, lon_deg, lat_deg, round_code, pollutant,
    window_from, window_to, detected_at, score
FROM clues
UNION ALL
SELECT
    clue_id, rule_id, category, severity, enterprise_id, cell_id, county_adcode, lon_deg, lat_deg, round_code, pollutant,
    window_from, window_to, detected_at, score
FROM clues_found
WHERE clue_id NOT IN (SELECT clue_id FROM clues)
