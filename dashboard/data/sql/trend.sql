-- Emission trend: one row per day and pollutant over the enterprises in scope.
-- Parameters: cities, counties, group_code, industries, west, south, east, north.
-- Columns: n_enterprises; concentration mg/m3 (mean over enterprises); ratio to the limit, 0-; limits mg/m3; hours.
-- Every day is answered: the chosen dates are shaded on the chart, not cut out of it.
with chosen as (
    select enterprise_idx, city_idx from enterprises e
    where among($cities, e.city_idx) and among($counties, e.county_idx) and among($industries, e.industry_idx)
      and within($west, $south, $east, $north, e.lon_deg, e.lat_deg)
)
select d.date, d.pollutant,
       count(*) filter (d.concentration_mg_m3 is not null) as n_enterprises,
       avg(d.concentration_mg_m3) as concentration_mg_m3,
       avg(d.concentration_mg_m3 / nullif(d.limit_mg_m3, 0)) as limit_ratio,
       min(d.limit_mg_m3) as limit_low_mg_m3, max(d.limit_mg_m3) as limit_high_mg_m3,
       sum(d.valid_hours)::bigint as valid_hours, sum(d.exceed_hours)::bigint as exceed_hours
from emission_daily d
join chosen using (enterprise_idx)
where in_group($group_code, chosen.city_idx, d.date)
group by d.date, d.pollutant
order by d.pollutant, d.date
