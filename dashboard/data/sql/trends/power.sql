-- Daily electricity of the same parts: only enterprises that report emissions of the pollutant, so that both lines are of
-- the same plants. Asks scoped tables. total is the grid company's meter of the whole plant, production and
-- treatment are metered units; enterprises: with a reading of the total that day.
with placed as (
    select enterprise_idx,
           case $level
               when 'fleet' then ''
               when 'industry' then industry_idx::varchar
               when 'enterprise' then enterprise_idx::varchar
               else floor(lon_deg / 0.05)::int || ',' || floor(lat_deg / 0.05)::int
           end as key
    from enterprises
    where enterprise_idx in (select enterprise_idx from emission_daily) and ($level <> 'cluster' or lon_deg is not null)
),
days as (
    select key, date, count(total_kwh) as enterprises, sum(total_kwh) as total, sum(production_kwh) as production, sum(treatment_kwh) as treatment
    from dossier_power join placed using (enterprise_idx)
    group by all
)
select key,
       list(date - date '1970-01-01' order by date) as days,
       list(enterprises order by date) as enterprises,
       list(round(total) order by date) as total,
       list(round(production) order by date) as production,
       list(round(treatment) order by date) as treatment
from days
group by all
