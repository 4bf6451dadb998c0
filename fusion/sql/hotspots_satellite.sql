-- The cells the layer shows of the satellite products: those above their city's threshold, a cheap look at one day.
-- Grain    one row per product, day and cell; what R29's test says of it is reckoned after (fusion/ring_test.py)
SELECT g.product, g.date, g.cell_idx, g.value, g.native_km
FROM grid_days AS g
INNER JOIN city_thresholds AS t ON t.product = g.product AND t.date = g.date AND t.city_idx = g.city_idx
WHERE g.value > t.threshold
