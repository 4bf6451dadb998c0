-- The clue that the tour tells of: found by a rule and told of by data both for and against it, its enterprise near a cell
-- that was lately high, still open, and spoken of by the most rules; the gravest and surest clue of that enterprise. One row, or none.
-- Parameters: since (date), reach_km. Columns: the clue, the cell (its middle, days high), enterprises within reach of it.
with high as (
    select * from hotspots where product = 'PM25' and date >= $since
    qualify row_number() over (partition by cell_col, cell_row order by date desc) = 1
), spoken as (
    select enterprise_id, count(distinct rule_id) as n_rules from findings where enterprise_id is not null group by 1
), kinds as (
    select clue_id, list(kind order by kind) filter (says = 'supports') as supports,
           list(kind order by kind) filter (says = 'against') as against, count(*) as n_kinds
    from evidence_kinds group by 1
), chosen as (
    select c.*, e.name as enterprise, e.enterprise_id, f.onset_at, f.told_date, k.supports, k.against, k.n_kinds,
           h.date as hot_date, h.lon_deg as cell_lon, h.lat_deg as cell_lat, h.n_hot_days, h.n_valid_days
    from clues c
    join enterprises e using (enterprise_idx)
    join high h on abs(e.lat_deg - h.lat_deg) < 0.03 and abs(e.lon_deg - h.lon_deg) < 0.04
    left join findings f using (clue_id)
    left join spoken s on s.enterprise_id = e.enterprise_id
    left join kinds k using (clue_id)
    where c.category = 'cems'
    order by f.clue_id is not null desc, k.against is not null and k.supports is not null desc,
             c.state in ('IDENTIFIED', 'SCREENED') desc, coalesce(s.n_rules, 0) desc, c.severity, c.score desc, h.date desc, c.clue_id
    limit 1
)
select c.clue_idx, c.clue_id, c.state, ru.rule_id, ru.name_zh as rule_zh, ru.name_en as rule_en, c.enterprise, c.enterprise_id,
       c.window_from, c.onset_at, c.told_date, c.supports, c.against, c.n_kinds, county.name_zh as county_zh, county.name_en as county_en,
       c.hot_date, c.cell_lon, c.cell_lat, c.n_hot_days, c.n_valid_days,
       (select count(*) from enterprises o
        where 111.2 * sqrt(pow(o.lat_deg - c.cell_lat, 2) + pow((o.lon_deg - c.cell_lon) * cos(radians(c.cell_lat)), 2))
              <= $reach_km) as n_enterprises,
       (select count(*) from clues v where v.rule_idx = c.rule_idx and v.stages & 4 <> 0) as n_verdicts,
       (select count(*) from clues v where v.rule_idx = c.rule_idx and v.stages & 8 <> 0) as n_confirmed
from chosen c
join rules ru using (rule_idx)
join places county on county.place_idx = c.county_idx
