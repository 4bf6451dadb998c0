"""What happened at an enterprise, as glyphs with words on the time axis; nothing is laid over anything else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dashboard.briefing.sentences import named
from dashboard.i18n import Words

PUSHES = ("push", "re_push", "direct_push")
SHAPES = {
    "onset": "M0-6L6 0L0 6L-6 0Z",
    "found": "M-5 5L0-6L5 5Z",
    "push": "M-6-4L2-4L6 0L2 4L-6 4Z",
    "visit": "M-5-5H5V5H-5Z",
    "order": "M0-6L6-1L4 6H-4L-6-1Z",
    "complaint": "M-6-4H6V3H0L-3 6V3H-6Z",
    "penalty": "M-2-6H2V-2H6V2H2V6H-2V2H-6V-2H-2Z",
    "service": "M0-5A5 5 0 1 0 0.01-5Z",
    "step": "M-4-4L4 0L-4 4Z",
}  # fmt: skip


@dataclass(frozen=True)
class Happening:
    """One thing that happened: its glyph and its words."""

    at: datetime
    kind: str
    text: str


def happenings(found: Mapping[str, Any], t: Words) -> list[Happening]:
    """Everything dated of a dossier in order of time; daily routine is left to the tables."""
    told = [*_of_clues(found, t), *_of_registers(found, t), *_of_visits(found, t)]
    return sorted(set(told), key=lambda one: (one.at, one.kind, one.text))


def _of_clues(found: Mapping[str, Any], t: Words) -> Iterator[Happening]:
    for moment, kind in (("onset_at", "onset"), ("detected_at", "found")):
        together: dict[str, list[str]] = {}
        for clue in found["clues"]:
            if clue["onset_at"]:
                together.setdefault(clue[moment], []).append(clue["rule_id"])
        for at, rules in together.items():
            yield Happening(_time(at), kind, t(f"timeline.{kind}", rule=t("dossier.and").join(rules)))
    for step in found["history"]:
        kind = "push" if step["event"] in PUSHES else "step"
        state = t.under("state.").get(step["to_state"], step["to_state"])
        yield Happening(_time(step["at"]), kind, t("timeline.step", state=state))


def _of_registers(found: Mapping[str, Any], t: Words) -> Iterator[Happening]:
    facts = found["facts"]
    for one in facts.get("complaint", []):
        yield Happening(
            _time(one["from_at"]), "complaint", t("timeline.complaint", issue=named(t, f"dossier.issue.{one['code']}"))
        )
    for one in facts.get("penalty", []):
        yield Happening(_time(one["from_at"]), "penalty", t("timeline.penalty"))
    for one in facts.get("order", []):
        yield Happening(_time(one["from_at"]), "order", t("timeline.order"))
    for one in facts.get("service", []):
        if one["code"] in ("repair", "maintenance", "verification"):
            yield Happening(_time(one["from_at"]), "service", named(t, f"dossier.service.{one['code']}"))


def _of_visits(found: Mapping[str, Any], t: Words) -> Iterator[Happening]:
    for visit in found["visits"]:
        yield Happening(_time(visit["checked_date"]), "visit", t("timeline.visit", n=visit["n_problems"]))
    for note in found["notes"]:
        yield Happening(_time(note["at"]), "step", t("timeline.note"))


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def width_of(text: str, size: float = 12) -> float:
    """How wide a text is about: a Chinese character is as wide as high."""
    return sum(size if ord(sign) > 0x2E80 else 0.56 * size for sign in text)
