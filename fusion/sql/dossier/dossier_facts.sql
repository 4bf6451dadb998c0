-- What the registers say of an enterprise, as dated lines: permit, penalties, complaints, grading and so on.
-- Grain    one row per enterprise and line of a register
-- Columns  kind: which register; detail: JSON of its numbers and codes, hostile input. Nothing of who complained is here:
--          neither the person, nor the place, nor the words
WITH told AS (
    SELECT enterprise_id, 'permit' AS kind, permit_no AS fact_id, CAST(valid_from AS TIMESTAMP) AS from_at,
           CAST(valid_to AS TIMESTAMP) AS to_at, management AS code, TO_JSON({'name': name}) AS detail
    FROM permits
    UNION ALL
    SELECT p.enterprise_id, 'limit', l.outlet_id || ' ' || l.pollutant || ' ' || l.averaging || ' ' || l.permit_no,
           CAST(l.valid_from AS TIMESTAMP), NULL, l.pollutant,
           TO_JSON({'outlet': l.outlet_code, 'averaging': l.averaging, 'limit_mg_m3': l.limit_mg_m3, 'basis': l.limit_basis,
                    'standard': l.standard, 'ref_o2_pct': l.ref_o2_pct, 'stack_height_m': l.stack_height_m})
    FROM permit_limits AS l
    INNER JOIN permits AS p ON p.permit_no = l.permit_no
    UNION ALL
    SELECT p.enterprise_id, 'amount', a.permit_no || ' ' || a.pollutant || ' ' || CAST(a.year AS VARCHAR) || ' ' || a.period,
           NULL, NULL, a.pollutant,
           TO_JSON({'year': a.year, 'period': a.period, 'permitted_t': a.permitted_t, 'reported_t': a.reported_t})
    FROM permit_amounts AS a
    INNER JOIN permits AS p ON p.permit_no = a.permit_no
    UNION ALL
    SELECT enterprise_id, 'registration', registration_no, NULL, NULL, industry_code, NULL
    FROM registrations
    UNION ALL
    SELECT p.enterprise_id, 'sample', s.sample_id, CAST(s.sampled_date AS TIMESTAMP), NULL, s.pollutant,
           TO_JSON({'outlet': s.outlet_code, 'value_mg_m3': s.value_mg_m3, 'per_quarter': s.required_per_quarter})
    FROM manual_samples AS s
    INNER JOIN permits AS p ON p.permit_no = s.permit_no
    UNION ALL
    SELECT enterprise_id, 'penalty', decision_no, CAST(decided_date AS TIMESTAMP), NULL, fact_code,
           TO_JSON({'law_article': law_article, 'fine_cny': fine_cny, 'pollutant': pollutant, 'is_closed': is_closed,
                    'during_alert': during_alert})
    FROM penalties
    UNION ALL
    SELECT enterprise_id, 'past_problem', problem_id, CAST(found_date AS TIMESTAMP), CAST(closed_date AS TIMESTAMP),
           problem_type, TO_JSON({'round': round_code, 'is_prominent': is_prominent, 'pollutant': pollutant,
                                  'due': CAST(due_date AS VARCHAR)})
    FROM past_problems
    UNION ALL
    SELECT enterprise_id, 'past_check', check_id, CAST(checked_date AS TIMESTAMP), NULL, NULL,
           TO_JSON({'round': round_code, 'problems': problems, 'prominent': prominent})
    FROM past_checks
    UNION ALL
    SELECT enterprise_id, 'coercive', case_id, CAST(from_date AS TIMESTAMP), CAST(to_date AS TIMESTAMP), measure,
           TO_JSON({'police_case_no': police_case_no})
    FROM coercive_cases
    UNION ALL
    SELECT enterprise_id, 'complaint', case_no, received_at, NULL, issue,
           TO_JSON({'reply': reply, 'status': status})
    FROM complaints
    UNION ALL
    SELECT enterprise_id, 'petition', case_no, received_at, CAST(due_date AS TIMESTAMP), issue, NULL
    FROM petitions
    UNION ALL
    SELECT enterprise_id, 'reduction', enterprise_id || ' ' || line || ' ' || level, NULL, NULL, level,
           TO_JSON({'line': line, 'measure': measure, 'reduction_pct': reduction_pct, 'is_exempt': is_exempt})
    FROM reduction_measures
    UNION ALL
    SELECT enterprise_id, 'grade', enterprise_id || ' ' || industry39 || ' ' || CAST(year AS VARCHAR), NULL, NULL, grade,
           TO_JSON({'year': year, 'industry': industry39})
    FROM grades
    UNION ALL
    SELECT enterprise_id, 'order', order_id, issued_at, closed_at, level,
           TO_JSON({'outlet_id': outlet_id, 'pollutant': pollutant, 'trigger': trigger, 'reply': reply})
    FROM supervision_orders
    UNION ALL
    SELECT o.enterprise_id, 'transmission', CAST(t.date AS VARCHAR), CAST(t.date AS TIMESTAMP), NULL, NULL,
           TO_JSON({'outlets': COUNT(*), 'effective': CAST(SUM(CAST(t.effective_rate AS DECIMAL(18, 4))) AS DOUBLE)})
    FROM transmission_days AS t
    INNER JOIN outlets AS o ON o.outlet_id = t.outlet_id
    GROUP BY o.enterprise_id, t.date
    UNION ALL
    SELECT enterprise_id, 'cut', alert_id, alert_from, to_at, level,
           TO_JSON({'duty_share': duty, 'cut_electricity': cut_electricity, 'cut_emission': cut_emission, 'is_met': is_met})
    FROM alert_cuts
    UNION ALL
    SELECT o.enterprise_id, 'service', s.event_id, s.from_at, s.to_at, s.event,
           TO_JSON({'outlet_id': s.outlet_id, 'zero_drift_pct': s.zero_drift_pct, 'span_drift_pct': s.span_drift_pct})
    FROM cems_service AS s
    INNER JOIN outlets AS o ON o.outlet_id = s.outlet_id
    UNION ALL
    SELECT o.enterprise_id, 'mark', m.mark_id, m.from_at, m.to_at, m.mark_type,
           TO_JSON({'outlet_id': m.outlet_id, 'pollutant': m.pollutant, 'layer': m.layer, 'item': m.item, 'reason': m.reason,
                    'author': m.author, 'marked_at': m.marked_at, 'revises': m.revises,
                    'is_withdrawn': m.withdrawn_at IS NOT NULL})
    FROM cems_marks AS m
    INNER JOIN outlets AS o ON o.outlet_id = m.outlet_id
    WHERE m.layer <> 'auto' OR m.mark_type <> 'calibration'
)
SELECT
    e.enterprise_idx,
    t.kind,
    t.fact_id,
    t.from_at,
    t.to_at,
    t.code,
    CAST(t.detail AS VARCHAR) AS detail
FROM told AS t
INNER JOIN enterprises_numbered AS e ON e.enterprise_id = t.enterprise_id
ORDER BY e.enterprise_idx, t.kind, t.from_at, t.fact_id
