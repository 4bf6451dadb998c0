-- What the parts are called: industries and enterprises by their number, a cluster by the county of most of its members.
with members as (
    select floor(lon_deg / 0.05)::int || ',' || floor(lat_deg / 0.05)::int as key, mode(county_idx) as county_idx,
           round(avg(lon_deg), 3) as lon, round(avg(lat_deg), 3) as lat
    from enterprises
    where $level = 'cluster' and lon_deg is not null and enterprise_idx in (select enterprise_idx from emission_daily)
    group by all
)
select industry_idx::varchar as key, name_zh, name_en, null::double as lon, null::double as lat, null as enterprise_id
from industries where $level = 'industry'
union all
select enterprise_idx::varchar, name, name, lon_deg, lat_deg, enterprise_id from enterprises where $level = 'enterprise'
union all
select m.key, p.name_zh, p.name_en, m.lon, m.lat, null from members m left join places p on p.place_idx = m.county_idx
