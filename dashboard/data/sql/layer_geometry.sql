-- Outlines of one level (9: lines that are no division), in 1e-4 degree; see docs/snapshot.md for the encoding.
select place_idx, ring_lengths, x0, y0, dx, dy, kind
from geometry
where level = $level
order by place_idx, kind
