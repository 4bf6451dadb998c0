-- High-value areas of formaldehyde that clues were pushed about: a cell, once a round, with the day it was first pushed.
-- Grain    one row per area (round and cell): as many as figure areas_pushed
-- Columns  county_idx, city_idx: 65535 where it lies in none; clues are already narrowed to HCHO
SELECT
    k.round_idx, k.cell_id,
    ANY_VALUE(k.county_idx) AS county_idx,
    ANY_VALUE(k.city_idx) AS city_idx,
    COALESCE(MIN(v."at"), MIN(k.detected_at))::DATE AS pushed_on
FROM clues k
LEFT JOIN clue_events v ON v.clue_idx = k.clue_idx AND v.to_state = 'PUSHED'
WHERE k.cell_id IS NOT NULL AND (k.stages & 1) > 0
GROUP BY k.round_idx, k.cell_id
ORDER BY k.round_idx, k.cell_id
