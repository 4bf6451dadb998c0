-- Hot cells of the satellite products, with their persistence.
-- Grain    one row per product, day and hot cell
-- Columns  n_valid_days, n_hot_days: among the last $window_days observed days, this one included
WITH marked AS (
    SELECT
        g.product,
        g.date,
        g.cell_idx,
        g.value,
        g.native_km,
        CASE WHEN g.value > t.threshold THEN 1 ELSE 0 END AS is_hot
    FROM grid_days AS g
    INNER JOIN city_thresholds AS t ON t.product = g.product AND t.date = g.date AND t.city_idx = g.city_idx
    WHERE g.value IS NOT NULL
),
ever_hot AS (
    SELECT DISTINCT product, cell_idx FROM marked WHERE is_hot = 1
),
persistent AS (
    SELECT
        m.product,
        m.date,
        m.cell_idx,
        m.value,
        m.native_km,
        m.is_hot,
        COUNT(*) OVER last_days AS n_valid_days,
        SUM(m.is_hot) OVER last_days AS n_hot_days
    FROM marked AS m
    INNER JOIN ever_hot AS h ON h.product = m.product AND h.cell_idx = m.cell_idx
    WINDOW last_days AS (
        PARTITION BY m.product, m.cell_idx ORDER BY m.date ROWS BETWEEN $window_days - 1 PRECEDING AND CURRENT ROW
    )
)
SELECT
    product,
    date,
    cell_idx,
    value,
    native_km,
    CAST(n_valid_days AS UTINYINT) AS n_valid_days,
    CAST(n_hot_days AS UTINYINT) AS n_hot_days
FROM persistent
WHERE is_hot = 1
