-- Median hours between the stages of the clues in scope, and from detection to push, visit and closure.
-- Grain    one row; confirmed has no time of its own, a verdict is one step
-- Columns  <stage>: from the first time in the stage before to the first time in this one; n_<stage>: over how many clues
SELECT
    MEDIAN(accepted) FILTER (accepted >= 0) AS accepted, COUNT(*) FILTER (accepted >= 0) AS n_accepted,
    MEDIAN(checked) FILTER (checked >= 0) AS checked, COUNT(*) FILTER (checked >= 0) AS n_checked,
    MEDIAN(rectified) FILTER (rectified >= 0) AS rectified, COUNT(*) FILTER (rectified >= 0) AS n_rectified,
    MEDIAN(rechecked) FILTER (rechecked >= 0) AS rechecked, COUNT(*) FILTER (rechecked >= 0) AS n_rechecked,
    MEDIAN(to_push) FILTER (to_push >= 0) AS to_push, COUNT(*) FILTER (to_push >= 0) AS n_to_push,
    MEDIAN(to_visit) FILTER (to_visit >= 0) AS to_visit, COUNT(*) FILTER (to_visit >= 0) AS n_to_visit,
    MEDIAN(to_close) FILTER (to_close >= 0) AS to_close, COUNT(*) FILTER (to_close >= 0) AS n_to_close,
    MEDIAN(in_all) FILTER (in_all >= 0) AS in_all, COUNT(*) FILTER (in_all >= 0) AS n_in_all
FROM (
    SELECT
        DATE_DIFF('second', pushed_at, accepted_at) / 3600 AS accepted,
        DATE_DIFF('second', accepted_at, checked_at) / 3600 AS checked,
        DATE_DIFF('second', confirmed_at, rectified_at) / 3600 AS rectified,
        DATE_DIFF('second', rectified_at, rechecked_at) / 3600 AS rechecked,
        DATE_DIFF('second', detected_at, pushed_at) / 3600 AS to_push,
        DATE_DIFF('second', pushed_at, visited_at) / 3600 AS to_visit,
        DATE_DIFF('second', visited_at, closed_at) / 3600 AS to_close,
        DATE_DIFF('second', detected_at, closed_at) / 3600 AS in_all
    FROM scoped
    WHERE is_pushed
)
