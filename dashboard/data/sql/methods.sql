-- Rules with their texts; scores only where planted cases are known; findings of this build.
with found as (select rule_id, count(*) as findings_now from findings group by rule_id)
select r.rule_idx as idx, r.rule_id as code, r.name_zh, r.name_en, r.category, r.severity,
       m.version, m.valid_from, m.fires_zh, m.fires_en, m.lists_json, m.parameters_json, m.profiles_json, m.text,
       s.positives, s.positives_found, s.negatives, s.negatives_refused, s.lookalikes, s.lookalikes_refused,
       s.findings, s.findings_true, s.findings_elsewhere, s.onset_error_h, coalesce(f.findings_now, 0)::integer as findings_now
from rules r
join rule_methods m using (rule_id)
left join rule_scores s using (rule_id)
left join found f using (rule_id)
order by r.rule_idx
