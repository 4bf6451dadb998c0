-- One row an industry: what was checked and found in the span. Asks scoped tables.
select i.code, i.name_zh, i.name_en, count(*) as checks, count(distinct (c.round_idx, c.enterprise_idx)) as checked,
       sum(c.n_problems)::bigint as problems, sum(c.n_prominent)::bigint as prominent
from checks c join industries i using (industry_idx)
group by all
order by problems desc, i.code
