"""A dossier as it is read: headings, sentences and tables in one language; page, print and pack show nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dashboard.briefing.sentences import named, parts
from dashboard.briefing.sheet_tables import coverage, tables
from dashboard.briefing.visit import checklist, predicted
from dashboard.data.reading import DECIDED, DROPPED, main_run, outlet_code
from dashboard.i18n import Words

Found = Mapping[str, Any]


def sheet(found: Found, t: Words) -> dict[str, Any]:
    """What is told of a dossier, in the language of `t`.

    Shape   facts: label and value; keys: label, value and note; reading: parts with lines; tables: see sheet_tables
    """
    enterprise = found["enterprise"]
    return {
        "id": enterprise["enterprise_id"],
        "title": enterprise["name"],
        "subtitle": " · ".join(part for part in (_own(enterprise, "industry", t), place(enterprise, t)) if part),
        "badge": badge(found, t),
        "is_synthetic": found["is_synthetic"],
        "as_of": found["as_of"],
        "facts": [list(pair) for pair in _facts(found, t) if pair[1]],
        "keys": [dict(zip(("label", "value", "note"), key, strict=True)) for key in _keys(found, t)],
        "reading": parts(found["reading"], t),
        "predicted": predicted(found, t),
        "checklist": checklist(found, t),
        "tables": tables(found, t),
        "coverage": coverage(found, t),
        "footnote": t("dossier.footnote", as_of=found["as_of"], snapshot=found["snapshot_id"]),
    }


def place(enterprise: Found, t: Words) -> str:
    """City and county; nothing where it lies in none."""
    names = [name for name in (_own(enterprise, "city", t), _own(enterprise, "county", t)) if name]
    return (", " if t.language == "en" else "").join(names)


def badge(found: Found, t: Words) -> str:
    """Suspected, until somebody decided on site."""
    states = {clue["state"] for clue in found["clues"]}
    if states - DECIDED - DROPPED:
        return t("dossier.badge.suspected")
    return t("dossier.badge.decided" if states & DECIDED else "dossier.badge.none")


def _own(row: Found, name: str, t: Words) -> str:
    return str(row.get(f"{name}_{t.language}") or "")


def _facts(found: Found, t: Words) -> list[tuple[str, str]]:
    enterprise, facts = found["enterprise"], found["facts"]
    permits = facts.get("permit", [])
    term = f"{permits[0]['from_at'][:10]} – {permits[0]['to_at'][:10]}" if permits and permits[0]["to_at"] else ""
    grades = facts.get("grade", [])
    position = "" if enterprise["lon_deg"] is None else f"{enterprise['lon_deg']:.4f}, {enterprise['lat_deg']:.4f}"
    doubt = named(t, f"coordinate.{enterprise['coordinate_status']}") if enterprise["coordinate_status"] != "ok" else ""
    return [
        (t("dossier.fact.uscc"), enterprise["uscc"] or ""),
        (t("dossier.fact.permit"), enterprise["permit_no"] or state_word(found, "permit", t)),
        (t("dossier.fact.permit_term"), term),
        (t("dossier.fact.outlets"), str(enterprise["n_outlets"])),
        (t("dossier.fact.key_source"), t("dossier.yes" if enterprise["is_key_source"] else "dossier.no")),
        (
            t("dossier.fact.grade"),
            named(t, f"dossier.grade.{grades[0]['code']}") if grades else state_word(found, "grade", t),
        ),
        (t("dossier.fact.positive_list"), state_word(found, "positive_list", t)),
        (t("dossier.fact.position"), f"{position} {doubt}".strip()),
    ]


def state_word(found: Found, kind: str, t: Words) -> str:
    """Why nothing is told of a kind."""
    return t(f"dossier.state.{found['states'].get(kind, 'not_connected')}")


def _keys(found: Found, t: Words) -> list[tuple[str, str, str]]:
    """The few numbers to remember."""
    open_clues = [clue for clue in found["clues"] if clue["state"] not in DROPPED]
    out = []
    run = main_run(found)
    if run:
        note = t(
            "dossier.key.over_note",
            pollutant=run["series"],
            outlet=outlet_code(run["object"]),
            since=run["from_at"][5:],
        )
        out.append((t("dossier.key.over"), f"{run['over']} {t('dossier.hours')}", note))
        highest = t("dossier.key.highest_note", limit=f"{run['limit']:g}", ratio=f"{run['highest'] / run['limit']:.2f}")
        out.append((t("dossier.key.highest"), f"{run['highest']:.1f} mg/m³", highest))
        share = f"{100 * run['marked'] / run['over']:.0f}%"
        out.append(
            (t("dossier.key.marked"), share, t("dossier.key.marked_note", marked=run["marked"], over=run["over"]))
        )
    note = t("dossier.key.clues_note", n=found["n_clues"])
    out.append((t("dossier.key.clues"), str(len(open_clues)), note))
    problems = sum(visit["n_problems"] for visit in found["visits"])
    out.append((t("dossier.key.visits"), str(len(found["visits"])), t("dossier.key.visits_note", n=problems)))
    fines = found["facts"].get("penalty", [])
    has_state = found["states"]["penalty"] not in ("data", "none")
    value = state_word(found, "penalty", t) if has_state else str(len(fines))
    out.append((t("dossier.key.penalties"), value, fines[0]["from_at"][:10] if fines else ""))
    return out
