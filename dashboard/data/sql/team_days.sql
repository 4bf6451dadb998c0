-- What the checks in scope found per team-day; checks know region, round and day, not the rule that led to them.
-- Grain    one row
SELECT COUNT(*) AS checks, COALESCE(SUM(k.n_problems), 0) AS problems,
       COUNT(DISTINCT (k.team_idx, k.checked_date)) FILTER (k.team_idx <> 255) AS team_days
FROM checks k
WHERE among($cities, k.city_idx) AND among($counties, k.county_idx) AND among($industries, k.industry_idx)
  AND in_group($group_code, k.city_idx, k.checked_date)
  AND among($rounds, k.round_idx) AND between_days($from_date, $to_date, k.checked_date)
