"""What a target is told of an event: chosen fields and a short text, never a record, a reason or a complainant.

Names that somebody may have written to harm are told as text: they make no link, no mention and no markup.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dashboard.casebook.records import Event
from dashboard.casebook.standing import Standing
from dashboard.i18n import Words
from dashboard.outgoing.targets import Target, moves

# Their full-width twins look the same and mean nothing to a robot's Markdown.
FULL_WIDTH = 0xFEE0
HARMLESS = str.maketrans({sign: chr(ord(sign) + FULL_WIDTH) for sign in "[]()<>*_`#@!|~\\&"})
UNLINKED = "".join(chr(ord(sign) + FULL_WIDTH) for sign in "://")
UNSEEN = (*range(32), *range(127, 160), *range(0x200B, 0x2010), *range(0x2028, 0x202F), *range(0x2066, 0x206A))
CONTROL = dict.fromkeys(UNSEEN)
NAME_LENGTH = 80
ORIGINS = ("synthetic", "real", "unknown")


@dataclass(frozen=True)
class Surroundings:
    """What is needed to put an event into words.

    Shape   places: name by adcode, in the language of the target; origin: one of ORIGINS; salt: of masked names
    """

    places: Mapping[str, str]
    origin: str
    salt: str
    base_url: str = ""


def is_wanted(target: Target, event: Event, standing: Standing) -> bool:
    """Whether `target` is told of `event`."""
    if getattr(target, "only_briefings", False) or event.event not in (target.events or moves()):
        return False
    if target.severities and standing.severity not in target.severities:
        return False
    return not target.regions or any(_lies_in(standing, region) for region in target.regions)


def message(target: Target, event: Event, standing: Standing, around: Surroundings) -> dict[str, Any]:
    """The message as it is kept in the outbox, ready to be sent as it is: fields, and `text` for people."""
    words = Words(target.language)
    case = standing.case
    fields = {
        "event_id": event.event_id,
        "seq": event.seq,
        "clue_id": event.clue_id,
        "version": event.version,
        "event": event.event,
        "from": event.source,
        "to": event.target,
        "at": _time(event.at),
        "due_at": _time(event.due_at),
        "severity": standing.severity,
        "rule_id": case.rule_id,
        "category": case.category,
        "pollutant": case.pollutant,
        "city_adcode": case.city_adcode,
        "county_adcode": case.county_adcode,
        "round_code": standing.round_code or case.round_code,
        "enterprise": enterprise(target, standing, around.salt, words),
        "data_origin": around.origin,
        "url": f"{around.base_url.rstrip('/')}/clues?open={event.clue_id}" if around.base_url else None,
    }
    return {**fields, "title": _title(fields, words), "text": _text(fields, around, words)}


def enterprise(target: Target, standing: Standing, salt: str, words: Words) -> dict[str, str] | None:
    """Id and name of the enterprise as `target` may read them; None for a clue about a cell."""
    case = standing.case
    if case.enterprise_id is None:
        return None
    if target.names == "full":
        return {"id": case.enterprise_id, "name": harmless(case.enterprise_name or case.enterprise_id)}
    # The same code as on a masked screen (dashboard/data/scope_tables.py).
    code = hashlib.sha256((salt + case.enterprise_id).encode()).hexdigest().upper()
    return {"id": f"M-{code[:12]}", "name": words("outgoing.masked", code=f"{code[:4]}-{code[4:8]}")}


def harmless(name: str) -> str:
    """`name` on one line, without anything that a robot or a mail program would act on."""
    return name.translate(CONTROL).translate(HARMLESS).replace("://", UNLINKED)[:NAME_LENGTH]


def _title(fields: Mapping[str, Any], words: Words) -> str:
    return words(
        "outgoing.title",
        origin=words(f"outgoing.origin.{fields['data_origin']}"),
        event=words(f"casebook.event.{fields['event']}"),
        severity=words(f"severity.{fields['severity']}"),
    )


def _text(fields: Mapping[str, Any], around: Surroundings, words: Words) -> str:
    """Lines of `name: value`; what is not known has no line."""
    city = around.places.get(fields["city_adcode"], fields["city_adcode"])
    county = around.places.get(fields["county_adcode"], fields["county_adcode"])
    who = fields["enterprise"]
    lines = {
        "clue": fields["clue_id"],
        "state": words(f"state.{fields['to']}"),
        "rule": harmless(fields["rule_id"]),
        "place": f"{city} {county}".strip(),
        "enterprise": who["name"] if who else "",
        "at": fields["at"][:16].replace("T", " "),
        "due": (fields["due_at"] or "")[:16].replace("T", " "),
        "url": fields["url"] or "",
    }
    told = [words(f"outgoing.line.{name}", value=value) for name, value in lines.items() if value]
    return "\n".join([*told, words("outgoing.suspected")])


def _lies_in(standing: Standing, region: str) -> bool:
    """Whether the clue lies in the division: a province by two digits, a city by four, a county by six."""
    whole = region.rstrip("0")
    digits = 2 if len(whole) <= 2 else 4 if len(whole) <= 4 else 6
    case = standing.case
    return any(code[:digits] == region[:digits] for code in (case.city_adcode, case.county_adcode) if code)


def _time(at: datetime | None) -> str:
    """Wall time of the house with its zone; empty for none."""
    return f"{at.isoformat(timespec='seconds')}+08:00" if at else ""
