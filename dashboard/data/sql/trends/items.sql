-- Daily emissions of the parts of what is in scope; asks scoped tables. $level: fleet, industry, cluster or enterprise.
-- A cluster is a square of 0.05 degree with five enterprises or more that report. Days without a row are absent.
with placed as (
    select enterprise_idx,
           case $level
               when 'fleet' then ''
               when 'industry' then industry_idx::varchar
               when 'enterprise' then enterprise_idx::varchar
               else floor(lon_deg / 0.05)::int || ',' || floor(lat_deg / 0.05)::int
           end as key
    from enterprises
    where $level <> 'cluster' or lon_deg is not null
),
days as (
    select p.key, d.date,
           count(distinct d.enterprise_idx) as enterprises,
           avg(d.concentration_mg_m3) as concentration,
           avg(d.concentration_mg_m3 / nullif(d.limit_mg_m3, 0)) as ratio,
           sum(d.emission_kg) as emission_kg,
           sum(d.valid_hours)::int as valid_hours,
           sum(d.exceed_hours)::int as exceed_hours
    from emission_daily d join placed p using (enterprise_idx)
    group by all
),
sizes as (
    select p.key, count(distinct d.enterprise_idx) as enterprises, sum(d.emission_kg) as emission_kg
    from emission_daily d join placed p using (enterprise_idx)
    group by all
),
chosen as (
    select key, enterprises from sizes
    where $level <> 'cluster' or enterprises >= 5
    order by emission_kg desc nulls last, key
    limit $n
)
select key, c.enterprises as of_enterprises,
       list(d.date - date '1970-01-01' order by d.date) as days,
       list(d.enterprises order by d.date) as enterprises,
       list(round(d.concentration, 3) order by d.date) as concentration,
       list(round(d.ratio, 4) order by d.date) as ratio,
       list(round(d.emission_kg, 1) order by d.date) as emission_kg,
       list(d.valid_hours order by d.date) as valid_hours,
       list(d.exceed_hours order by d.date) as exceed_hours
from days d join chosen c using (key)
group by all
order by max(c.enterprises) desc, key
