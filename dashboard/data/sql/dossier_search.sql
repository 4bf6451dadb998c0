-- Enterprises whose name, USCC, permit or id has the text in it; those whose name begins with it first.
-- Parameters: text, n.
select enterprise_id, name, i.name_zh as industry_zh, i.name_en as industry_en, city.name_zh as city_zh, city.name_en as city_en
from enterprises e
left join industries i using (industry_idx)
left join places city on city.place_idx = e.city_idx
where contains(lower(e.name), lower($text)) or starts_with(lower(coalesce(e.uscc, '')), lower($text))
   or starts_with(lower(coalesce(e.permit_no, '')), lower($text)) or starts_with(lower(e.enterprise_id), lower($text))
order by not starts_with(e.name, $text), e.enterprise_idx
limit $n
