-- Outlines of a city and its counties. Parameter: city_idx. One row per place; encoding: docs/snapshot.md.
select g.place_idx, p.level, p.name_zh, p.name_en, g.ring_lengths, g.x0, g.y0, g.dx, g.dy
from geometry g
join places p on p.place_idx = g.place_idx and p.level = g.level
where (g.level = 1 and g.place_idx = $city_idx) or (g.level = 2 and p.parent_idx = $city_idx)
order by p.level, g.place_idx
