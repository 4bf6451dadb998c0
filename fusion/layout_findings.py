"""The tables of a snapshot that the rules make: what they say, what they found, what speaks for it, whom to send."""

from __future__ import annotations

import pyarrow as pa

from data_adapters.tables import DATE, FLAG, REAL, TEXT, TIME, Column, Table
from fusion import findings
from fusion.evaluate import SCORED

RULE_METHODS = Table(
    "rule_methods",
    "one row per rule: what it says, in which version, with which numbers",
    ("rule_id",),
    (
        Column("rule_id", TEXT, "rule, as R01"),
        Column("version", TEXT, "version of its text and numbers"),
        Column("valid_from", DATE, "first day it may be asked of"),
        Column("fires_zh", TEXT, "when it fires, in Chinese"),
        Column("fires_en", TEXT, "when it fires, in English"),
        Column("lists_json", TEXT, "evidence, lookalikes, checklist in both languages, and law: JSON lists of texts"),
        Column("parameters_json", TEXT, "its parameters by name: default, unit, basis, meaning in both languages"),
        Column("profiles_json", TEXT, "by key-region group: other values, since when, basis and why in both languages"),
        Column("text", TEXT, "its SQL, or the name of its module"),
    ),
)


RULE_SCORES = Table(
    "rule_scores",
    "one row per rule, where a campaign's planted cases are known: how well it found them",
    ("rule_id",),
    (
        Column("rule_id", TEXT, "rule"),
        *(Column(name, pa.uint32(), meaning) for name, meaning in SCORED.items()),
        Column("onset_error_h", REAL, "largest error of the onset among the positives found", "h", nullable=True),
    ),
)


CALIBRATION = Table(
    "calibration",
    "one row per bin of scores with anything in it, where a campaign's planted cases are known",
    ("basis", "bin"),
    (
        Column("basis", TEXT, "rules: findings against planted cases; attribution: candidates of R31 against plumes"),
        Column("bin", pa.uint8(), "0 to 9: scores from bin / 10 on, below (bin + 1) / 10; 1 is in the last"),
        Column("n", pa.uint32(), "findings or candidates"),
        Column("n_true", pa.uint32(), "of them true"),
        Column("mean_score", REAL, "their mean score"),
    ),
)


FINDINGS = Table(
    "findings",
    "one row per finding of a rule in this build, with the numbers it rests on",
    ("clue_id",),
    findings.FINDINGS.columns,
)


EVIDENCE_SERIES = Table(
    "evidence_series",
    "one row per finding, series and time: what it was seen in",
    ("clue_id", "series", "time"),
    (
        Column("clue_id", TEXT, "finding"),
        Column("series", TEXT, "pollutant, nh3_flow_kg_h, production, treatment, furnace_c or kwh"),
        Column("time", TIME, "start of the hour or day"),
        Column("value", pa.float32(), "value, whatever its mark", "see unit", nullable=True),
        Column("limit_value", pa.float32(), "limit or threshold then in force", "see unit", nullable=True),
        Column("mark", TEXT, "device flag but N, type of mark, or not_observed", nullable=True),
        Column("unit", TEXT, "unit of value and limit"),
    ),
)


EVIDENCE_METHODS = Table(
    "evidence_methods",
    "one row per kind of evidence: how it decides, with its distances, windows and thresholds",
    ("kind",),
    (
        Column("kind", TEXT, "as in evidence_kinds"),
        Column("place", pa.uint8(), "order it is shown in, from 0"),
        Column("how_zh", TEXT, "how it decides, in Chinese"),
        Column("how_en", TEXT, "how it decides, in English"),
        Column("parameters_json", TEXT, "its numbers by name: km, days, ratios"),
    ),
)


EVIDENCE_KINDS = Table(
    "evidence_kinds",
    "one row per finding and kind of data, nine for every finding",
    ("clue_id", "kind"),
    (
        Column("clue_id", TEXT, "finding"),
        Column("kind", TEXT, "satellite, air, network, microstation, cems, power, permit, penalty or complaint"),
        Column(
            "says",
            TEXT,
            "supports; against: it was looked at and shows nothing of it; silent: it was looked at, or does not bear "
            "on it, and says neither; not_observed: nothing in reach, or no valid data in the window",
        ),
        Column("n", pa.int32(), "days, stations or records looked at"),
        Column("value", REAL, "air, network: ratio to the stations around, or to the days before", nullable=True),
        Column("away_km", REAL, "air, network: to the station; empty for the city's mean", "km", nullable=True),
    ),
)

PUSH_PLAN = Table(
    "push_plan",
    "one row per finding: whether pushing it is suggested, to whom and in which order; a person decides",
    ("clue_id",),
    (
        Column("clue_id", TEXT, "finding"),
        Column("team_idx", pa.uint8(), "row of teams; 255 means none"),
        Column("place", pa.uint16(), "rank of its enterprise or cell in the team's list, from 1; 0 means none"),
        Column("why_not", TEXT, "watch_list, mass_outage, no_team or team_full; empty if suggested", nullable=True),
    ),
)

SUPERVISION = Table(
    "supervision",
    "one row per finding that suggests electronic supervision (电子督办)",
    ("clue_id",),
    (
        Column("clue_id", TEXT, "finding"),
        Column("rule_id", TEXT, "rule"),
        Column("enterprise_id", TEXT, "enterprise", nullable=True),
        Column("outlet_id", TEXT, "outlet", nullable=True),
        Column("pollutant", TEXT, "pollutant", nullable=True),
        Column("onset_at", TIME, "since when"),
        Column("level", TEXT, "blue, yellow, orange or red"),
        Column("is_order", FLAG, "an order is suggested"),
        Column("is_listed", FLAG, "listing (挂牌督办) is suggested"),
        Column(
            "group_code",
            TEXT,
            "key-region group its city was in at the onset, whose values were used if the rule has "
            "own ones for it; empty: none",
            nullable=True,
        ),
        Column(
            "ground", TEXT, "level: it reached an order's level; daily_mean: a daily mean is enough in its province"
        ),
    ),
)

FINDING_TABLES = (
    RULE_METHODS,
    RULE_SCORES,
    CALIBRATION,
    FINDINGS,
    EVIDENCE_SERIES,
    EVIDENCE_METHODS,
    EVIDENCE_KINDS,
    PUSH_PLAN,
    SUPERVISION,
)
