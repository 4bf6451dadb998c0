"""What a team should expect and check at an enterprise: by the rules that fired, and by its industry."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from dashboard.briefing.sentences import named
from dashboard.data.reading import DROPPED
from dashboard.i18n import Words

Found = Mapping[str, Any]
RULE_ITEMS = 8


@cache
def visit_notes() -> dict[str, Any]:
    """The project's own notes: problem types by rule, check-points by industry."""
    return tomllib.loads(resources.files(__package__).joinpath("visit.toml").read_text("utf-8"))


def predicted(found: Found, t: Words) -> list[dict[str, str]]:
    """Problems that may be met, each with the finding that makes one expect it; never more than an expectation."""
    out: dict[str, dict[str, str]] = {}
    for clue in _waiting(found):
        for code in visit_notes()["problems"].get(clue["rule_id"], []):
            since = (clue["onset_at"] or clue["window_from"])[:16]
            why = t("visit.because", rule=f"{clue['rule_id']} {clue[f'rule_{t.language}']}", since=since)
            out.setdefault(code, {"problem": named(t, f"dossier.problem.{code}"), "why": why})
    return list(out.values())


def checklist(found: Found, t: Words) -> list[dict[str, Any]]:
    """What to check on site: the points of the rules first, then those of the industry, then of every visit."""
    by_rule = dict.fromkeys(
        item for clue in _waiting(found) for item in clue["lists"].get(f"checklist_{t.language}", [])
    )
    industry = str(found["enterprise"]["industry_code"] or "other")
    notes = visit_notes()["industry"]
    own = notes.get(visit_notes()["like"].get(industry, industry), notes["other"])[t.language]
    parts = [
        (t("visit.by_rule"), list(by_rule)[:RULE_ITEMS]),
        (t("visit.by_industry"), own),
        (t("visit.always"), visit_notes()["always"][t.language]),
    ]
    return [{"title": title, "items": items} for title, items in parts if items]


def _waiting(found: Found) -> list[Found]:
    """Clues nobody has finished, a hypothesis the data bear out first; an attribution alone (R31) predicts nothing."""
    waiting = [one for one in found["clues"] if one["state"] not in DROPPED and one["rule_id"] not in ("R31", None)]
    return sorted(waiting, key=lambda one: not one["facts"].get("is_verified"))
