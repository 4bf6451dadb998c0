-- Bare ground by county: what the images list, and the clues about patches near a station with how they stand.
-- Grain    one row per county with a listed patch or a clue; county_idx 65535: in none
-- Columns  listed, listed_m2: patches of the list; bare, bare_m2: those of them not covered; states: how many clues stand
--          in each state; patches, area_m2: of the findings of this build, patch by patch
WITH found AS (
    SELECT clue_id, ANY_VALUE(object_id) AS patch_id, MAX(JSON_EXTRACT(facts, '$.area_m2')::DOUBLE) AS area_m2
    FROM findings
    WHERE rule_id = 'R32'
    GROUP BY clue_id
),
land AS (
    SELECT c.county_idx, c.city_idx, c.cell_id, c.clue_id, c.state, f.patch_id, f.area_m2
    FROM clues c JOIN rules r USING (rule_idx) LEFT JOIN found f USING (clue_id)
    WHERE r.rule_id = 'R32'
),
by_state AS (
    SELECT county_idx, city_idx, LIST({'state': state, 'n': n} ORDER BY state) AS states
    FROM (SELECT county_idx, city_idx, state, COUNT(*) AS n FROM land GROUP BY ALL)
    GROUP BY county_idx, city_idx
),
listed AS (
    SELECT
        county_idx, city_idx, COUNT(*) AS listed, SUM(area_m2) AS listed_m2,
        COUNT(*) FILTER (NOT is_covered) AS bare, COALESCE(SUM(area_m2) FILTER (NOT is_covered), 0) AS bare_m2
    FROM land_patches
    GROUP BY county_idx, city_idx
),
told AS (
    SELECT county_idx, city_idx, COUNT(*) AS clues, COUNT(DISTINCT cell_id) AS cells
    FROM land
    GROUP BY county_idx, city_idx
),
measured AS (
    SELECT county_idx, city_idx, COUNT(*) AS patches, SUM(area_m2) AS area_m2
    FROM (SELECT county_idx, city_idx, patch_id, MAX(area_m2) AS area_m2 FROM land WHERE patch_id IS NOT NULL GROUP BY ALL)
    GROUP BY county_idx, city_idx
)
SELECT
    p.adcode, p.name_zh, p.name_en, city.name_zh AS city_zh, city.name_en AS city_en,
    COALESCE(t.clues, 0) AS clues, COALESCE(t.cells, 0) AS cells, m.patches, m.area_m2, COALESCE(s.states, []) AS states,
    COALESCE(l.listed, 0) AS listed, l.listed_m2, COALESCE(l.bare, 0) AS bare, l.bare_m2
FROM listed l
FULL JOIN told t USING (county_idx, city_idx)
LEFT JOIN by_state s USING (county_idx, city_idx)
LEFT JOIN measured m USING (county_idx, city_idx)
LEFT JOIN places p ON p.place_idx = county_idx
LEFT JOIN places city ON city.place_idx = city_idx
ORDER BY COALESCE(t.clues, 0) DESC, l.bare_m2 DESC NULLS LAST, p.adcode
