-- How often formaldehyde was high, by ten days and month, against how often it was observed at all.
-- Grain    one row per third of a month (1 to 3) with an observation in scope
-- Columns  hot: cell-days high; cells: different cells high; mean: of their columns, in the unit of the product;
--          observed, due: cell-days observed, and all
WITH observed AS (
    SELECT date, SUM(n_observed) AS observed, SUM(n_cells) AS due FROM coverage WHERE product = 'HCHO' GROUP BY date
),
hot AS (
    SELECT date, COUNT(*) AS hot, SUM(value) AS sum_value,
        LIST(DISTINCT cell_col::INTEGER * 65536 + cell_row) AS cells
    FROM hotspots WHERE product = 'HCHO' GROUP BY date
)
SELECT
    STRFTIME(o.date, '%Y-%m') AS month,
    LEAST(3, 1 + (DAY(o.date) - 1) // 10)::INTEGER AS third,
    COUNT(*) FILTER (o.observed > 0) AS days,
    COALESCE(SUM(h.hot), 0)::BIGINT AS hot,
    COALESCE(LEN(LIST_DISTINCT(FLATTEN(LIST(h.cells) FILTER (h.cells IS NOT NULL)))), 0)::BIGINT AS cells,
    SUM(h.sum_value) / NULLIF(SUM(h.hot), 0) AS mean,
    SUM(o.observed)::BIGINT AS observed,
    SUM(o.due)::BIGINT AS due
FROM observed o LEFT JOIN hot h USING (date)
GROUP BY 1, 2
ORDER BY 1, 2
