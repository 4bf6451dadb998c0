-- Rounds in order of time.
-- Grain    one row per round
SELECT
    CAST(ROW_NUMBER() OVER (ORDER BY from_date, round_code) - 1 AS UTINYINT) AS round_idx,
    round_code,
    year,
    number,
    from_date,
    to_date
FROM rounds
ORDER BY round_idx
