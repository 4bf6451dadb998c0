"""For each table of a snapshot: which of its rows a restricted viewer sees. A table without a rule shows nothing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, unique


@unique
class By(StrEnum):
    """What decides whether a row is shown."""

    PUBLIC = "everybody sees it"
    PLACE = "by the county and city it lies in"
    CITY = "by its city; who sees a county of it sees the city's row"
    ENTERPRISE = "with its enterprise"
    ENTERPRISE_ID = "with the enterprise of that id"
    CLUE = "with its clue"
    CLUE_ID = "with the clue of that id"
    NATION = "only who sees the whole nation, unmasked"


@dataclass(frozen=True)
class Rule:
    """How a table is narrowed.

    Shape   round_by: column that tells the round (`round_idx`) or the day; empty where rounds do not matter;
            is_exact: tells positions or names that masking could not hide, so a masked viewer sees none of it
    """

    by: By
    round_by: str = ""
    is_exact: bool = False


PUBLIC = Rule(By.PUBLIC)
NATION_ONLY = Rule(By.NATION)

RULES: dict[str, Rule] = {
    "places": PUBLIC,
    "place_groups": PUBLIC,
    "geometry": PUBLIC,
    "rounds": PUBLIC,
    "teams": PUBLIC,
    "industries": PUBLIC,
    "rules": PUBLIC,
    "problem_types": PUBLIC,
    "clue_categories": PUBLIC,
    "enterprises": Rule(By.PLACE),
    "hotspots": Rule(By.PLACE, round_by="round_idx"),
    "coverage": Rule(By.CITY, round_by="date"),
    "clues": Rule(By.PLACE, round_by="round_idx"),
    "clue_events": Rule(By.CLUE),
    "checks": Rule(By.ENTERPRISE, round_by="round_idx"),
    "problems": Rule(By.ENTERPRISE, round_by="round_idx"),
    "emission_daily": Rule(By.ENTERPRISE, round_by="date"),
    "ambient_daily": Rule(By.CITY, round_by="date"),
    "working_days": PUBLIC,
    "rule_methods": PUBLIC,
    "rule_scores": PUBLIC,
    "calibration": PUBLIC,
    "findings": Rule(By.CLUE_ID),
    "evidence_series": Rule(By.CLUE_ID),
    "evidence_methods": PUBLIC,
    "evidence_kinds": Rule(By.CLUE_ID),
    "push_plan": Rule(By.CLUE_ID),
    "supervision": Rule(By.CLUE_ID),
    "incineration_days": Rule(By.ENTERPRISE, round_by="date"),
    "incineration_outlet_days": Rule(By.ENTERPRISE, round_by="date"),
    "land_patches": Rule(By.PLACE),
    "categories": PUBLIC,
    "category_days": PUBLIC,
    "source_files": NATION_ONLY,
    "rejects": NATION_ONLY,
    "category_samples": NATION_ONLY,
    "positions_to_fix": Rule(By.ENTERPRISE_ID, is_exact=True),
    # These four stay in their files and are narrowed there, by dossier_tables.py; the rules say the same.
    "dossier_days": Rule(By.ENTERPRISE, round_by="date"),
    "dossier_power": Rule(By.ENTERPRISE, round_by="date"),
    "dossier_hours": Rule(By.ENTERPRISE, round_by="time"),
    "dossier_facts": Rule(By.ENTERPRISE, is_exact=True),
    "dossier_alerts": Rule(By.CITY),
}
