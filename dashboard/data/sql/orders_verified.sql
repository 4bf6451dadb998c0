-- What the orders register (E08) itself says of the electronic orders within region and days.
-- Grain    one row
SELECT
    COUNT(*) AS orders,
    COUNT(reply) AS answered,
    COUNT(*) FILTER (reply = 'verified') AS verified,
    COUNT(*) FILTER (reply = 'explained') AS explained,
    COUNT(*) FILTER (reply = 'not_verified') AS not_verified
FROM (
    SELECT JSON_EXTRACT_STRING(f.detail, '$.reply') AS reply
    FROM dossier_facts f
    JOIN enterprises e ON e.enterprise_idx = f.enterprise_idx
    WHERE f.kind = 'order'
      AND among($cities, e.city_idx) AND among($counties, e.county_idx) AND among($industries, e.industry_idx)
      AND in_group($group_code, e.city_idx, CAST(f.from_at AS DATE))
      AND between_days($from_date, $to_date, CAST(f.from_at AS DATE))
      AND ($rounds IS NULL OR EXISTS (
          SELECT 1 FROM rounds r WHERE list_contains($rounds, r.round_idx)
          AND CAST(f.from_at AS DATE) >= r.from_date AND CAST(f.from_at AS DATE) < r.to_date))
)
