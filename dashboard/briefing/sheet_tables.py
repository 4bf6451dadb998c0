"""The tables of a dossier in words, and for every kind of data whether it is there.

A table has: key, title, head, rows (texts), state; where it has no row, `empty` says why not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dashboard.briefing.sentences import named
from dashboard.briefing.timeline import series_name
from dashboard.data.reading import outlet_code
from dashboard.i18n import Words

Found = Mapping[str, Any]
ROWS_SHOWN = 12
REGISTERS = ("penalty", "coercive", "past_problem", "complaint", "petition", "order")
SHOWN_KINDS = (
    "emission",
    "mark",
    "service",
    "process",
    "power",
    "total_power",
    "furnace",
    "satellite",
    "permit",
    "limit",
    "amount",
    "sample",
    "visit",
    "penalty",
    "coercive",
    "past_problem",
    "complaint",
    "petition",
    "order",
    "alert",
    "reduction",
    "grade",
    "positive_list",
    "video",
)


def tables(found: Found, t: Words) -> list[dict[str, Any]]:
    """All tables of a dossier, the ones of the case first."""
    return [
        _table("clues", _clues(found, t), t, state="data" if found["clues"] else "none"),
        _table("emission", _emission(found, t), t, state=found["states"]["emission"]),
        _table("limits", _limits(found, t), t, state=found["states"]["limit"]),
        _table("marks", _marks(found, t), t, state=found["states"]["mark"]),
        _table("visits", _visits(found, t), t, state=found["states"]["visit"]),
        _table("registers", _registers(found, t), t, state=_of_registers(found)),
        _table("service", _service(found, t), t, state=found["states"]["service"]),
        _table("alerts", _alerts(found, t), t, state=found["states"]["alert"]),
        _table("hot", _hot(found, t), t, state="data" if found["hot"] else found["states"]["satellite"]),
        _table("candidates", _candidates(found, t), t, state="data" if found["candidates"] else "none"),
        _table("reduction", _reduction(found, t), t, state=found["states"]["reduction"]),
        _table("notes", _notes(found, t), t, state=found["states"]["note"]),
    ]


def coverage(found: Found, t: Words) -> list[dict[str, str]]:
    """For every kind of data: there, nothing found, not of this enterprise, or not connected."""
    return [
        {"label": t(f"dossier.kind.{kind}"), "state": found["states"][kind], "text": _coverage(found, kind, t)}
        for kind in SHOWN_KINDS
    ]


def _coverage(found: Found, kind: str, t: Words) -> str:
    """The state of a kind, and of one that comes by days since when it came: nothing is known of before."""
    state = found["states"][kind]
    since = found["since"].get(kind)
    told = t(f"dossier.state.{state}")
    return t("dossier.since", state=told, date=since) if since and state in ("data", "none") else told


def _table(key: str, rows: Iterable[Sequence[str]], t: Words, state: str) -> dict[str, Any]:
    told = [[str(cell) for cell in row] for row in rows]
    return {
        "key": key,
        "title": t(f"dossier.table.{key}"),
        "head": t(f"dossier.table.{key}.head").split("|"),
        "rows": told[:ROWS_SHOWN],
        "state": state,
        "more": t("dossier.more", n=len(told) - ROWS_SHOWN) if len(told) > ROWS_SHOWN else "",
        "empty": "" if told else t(f"dossier.empty.{key}") if state == "none" else t(f"dossier.state.{state}"),
    }


def _clues(found: Found, t: Words) -> Iterable[Sequence[str]]:
    words = t.under("state.")
    for clue in found["clues"]:
        since = (clue["onset_at"] or clue["window_from"])[:16]
        yield (f"{clue['rule_id']} {clue[f'rule_{t.language}']}", since, t(f"severity.{clue['severity']}"),
               words.get(clue["state"], clue["state"]), clue["detected_at"][:16])  # fmt: skip


def _emission(found: Found, t: Words) -> Iterable[Sequence[str]]:
    for lane in found["lanes"]:
        if lane["kind"] != "emission":
            continue
        values = [v for v in lane["values"] if v is not None]
        over = _over(lane)
        unit = t("dossier.hours") if lane["step_h"] == 1 else t("dossier.days")
        limit = next((x for x in reversed(lane["limits"] or []) if x is not None), None)
        mean = f"{sum(values) / len(values):.1f}" if values else "—"
        yield (
            series_name(lane, t),
            "—" if limit is None else f"{limit:g}",
            mean,
            f"{max(values):.1f}" if values else "—",
            f"{over} / {len(values)} {unit}",
            f"{len(lane['values']) - len(values)} {unit}",
        )


def _over(lane: Mapping[str, Any]) -> int:
    if lane["step_h"] == 24:
        return sum(n > 0 for n in lane.get("hours_over", []))
    pairs = zip(lane["values"], lane["limits"], strict=True)
    return sum(v is not None and limit is not None and v > limit for v, limit in pairs)


def _limits(found: Found, t: Words) -> Iterable[Sequence[str]]:
    for one in sorted(found["facts"].get("limit", []), key=lambda one: (one["outlet"], one["code"], one["averaging"])):
        oxygen = "—" if one.get("ref_o2_pct") is None else f"{one['ref_o2_pct']:g}%"
        yield (
            one["outlet"],
            one["code"],
            f"{one['limit_mg_m3']:g}",
            named(t, f"dossier.averaging.{one['averaging']}"),
            oxygen,
            named(t, f"dossier.basis.{one['basis']}"),
            (one["from_at"] or "—")[:10],
        )
    for one in found["facts"].get("amount", []):
        reported = "—" if one.get("reported_t") is None else f"{one['reported_t']:g}"
        yield (
            t("dossier.amount", year=one["year"], period=one["period"]),
            one["code"],
            t("dossier.amount_t", permitted=f"{one['permitted_t']:g}", reported=reported),
            "",
            "",
            "",
            "",
        )


def _marks(found: Found, t: Words) -> Iterable[Sequence[str]]:
    for one in found["facts"].get("mark", []):
        pollutant = t("dossier.all_pollutants") if one.get("pollutant") == "*" else _pollutant(one, t)
        author = one.get("author") if one.get("author") in ("enterprise", "logger", "bureau") else "other"
        yield (
            f"{outlet_code(str(one.get('outlet_id')))} {pollutant}",
            named(t, f"dossier.mark.{_mark(one['code'])}"),
            (one["from_at"] or "")[:16],
            one["to_at"] or t("dossier.lasting"),
            t(f"dossier.author.{author}"),
            one.get("marked_at") or "",
            one.get("reason") or "—",
        )


def _mark(code: str | None) -> str:
    return code if code in ("fault", "maintenance", "stopped", "calibration", "start_up", "check_gas") else "other"


def _visits(found: Found, t: Words) -> Iterable[Sequence[str]]:
    kinds: dict[str, list[str]] = {}
    for one in found["problems"]:
        kinds.setdefault(one["found_date"], []).append(named(t, f"dossier.problem.{one['problem_type']}"))
    for visit in found["visits"]:
        mode = named(t, f"dossier.mode.{visit['mode']}")
        yield (visit["checked_date"], visit["round_code"] or "—", visit[f"team_{t.language}"] or "—", mode,
               str(visit["n_problems"]), t("dossier.and").join(kinds.get(visit["checked_date"], ["—"])))  # fmt: skip
    yield from _earlier_visits(found, t)


def _earlier_visits(found: Found, t: Words) -> Iterable[Sequence[str]]:
    """Checks of the rounds of earlier years; their register tells neither team nor mode."""
    kinds: dict[str, list[str]] = {}
    for one in found["facts"].get("past_problem", []):
        kinds.setdefault((one["from_at"] or "")[:10], []).append(named(t, f"dossier.problem.{one['code']}"))
    for check in sorted(found["facts"].get("past_check", []), key=lambda one: one["from_at"] or "", reverse=True):
        day = (check["from_at"] or "—")[:10]
        found_then = kinds.get(day, ["—"]) if check["problems"] else ["—"]
        yield (day, check["round"] or "—", "—", "—", str(check["problems"]), t("dossier.and").join(found_then))


def _registers(found: Found, t: Words) -> Iterable[Sequence[str]]:
    rows = [one for kind in REGISTERS for one in found["facts"].get(kind, [])]
    for one in sorted(rows, key=lambda one: one["from_at"] or "", reverse=True):
        yield ((one["from_at"] or "—")[:10], t(f"dossier.kind.{one['kind']}"), _what(one, t), _outcome(one, t))


def _pollutant(one: Found, t: Words) -> str:
    """What it is about by its name; nothing where it names none."""
    return named(t, f"pollutant.{one['pollutant']}") if one.get("pollutant") else ""


def _what(one: Found, t: Words) -> str:
    kind, code = one["kind"], one["code"]
    if kind in ("penalty", "past_problem"):
        return named(t, f"dossier.problem.{code}")
    if kind in ("complaint", "petition"):
        return named(t, f"dossier.issue.{code}")
    if kind == "order":
        return f"{named(t, f'dossier.level.{code}')} {_pollutant(one, t)}".strip()
    return named(t, f"dossier.measure.{code}")


def _outcome(one: Found, t: Words) -> str:
    if one["kind"] == "penalty":
        fine = t("dossier.fine", cny=f"{one['fine_cny']:,.0f}") if one.get("fine_cny") else ""
        return " ".join(
            part for part in (fine, t("dossier.closed" if one.get("is_closed") else "dossier.open")) if part
        )
    if one["kind"] in ("complaint", "order"):
        silent = t("dossier.no_answer" if one["kind"] == "order" else "dossier.no_reply")
        return named(t, f"dossier.reply.{one['reply']}") if one.get("reply") else silent
    if one["kind"] == "petition":
        return t("dossier.due", date=(one["to_at"] or "—")[:10])
    return t("dossier.ended", date=one["to_at"][:10]) if one["to_at"] else t("dossier.open")


def _of_registers(found: Found) -> str:
    """One state for several registers: what is there counts most, then what is not connected."""
    states = {found["states"][kind] for kind in REGISTERS}
    return next(state for state in ("data", "hidden", "none", "not_connected", "not_observed") if state in states)


def _service(found: Found, t: Words) -> Iterable[Sequence[str]]:
    for one in found["facts"].get("service", []):
        drift = one.get("span_drift_pct")
        yield (
            (one["from_at"] or "")[:16],
            outlet_code(str(one.get("outlet_id"))),
            named(t, f"dossier.service.{one['code']}"),
            "—" if drift is None else f"{drift:g}%",
        )


def _alerts(found: Found, t: Words) -> Iterable[Sequence[str]]:
    for one in found["alerts"]:
        yield (
            one["from_at"],
            one["to_at"],
            named(t, f"dossier.level.{one['level']}"),
            _pollutant(one, t),
            one["document_no"],
        )


def _hot(found: Found, t: Words) -> Iterable[Sequence[str]]:
    for one in sorted(found["hot"], key=lambda one: one["date"], reverse=True):
        yield (
            one["date"],
            named(t, f"product.{one['product']}"),
            f"{one['distance_km']:.1f} km",
            f"{one['value']:g} {one['unit']}",
            str(one["cells"]),
        )


def _candidates(found: Found, t: Words) -> Iterable[Sequence[str]]:
    for one in found["candidates"]:
        yield (
            one["cell_id"],
            f"{one['window_from'][:10]} – {one['window_to'][:10]}",
            _pollutant(one, t) or "—",
            t("dossier.rank", rank=one["rank"], reach=one.get("in_reach") or "—"),
            f"{100 * one['share']:.0f}%",
        )


def _reduction(found: Found, t: Words) -> Iterable[Sequence[str]]:
    for one in found["facts"].get("reduction", []):
        exempt = t("dossier.exempt") if one.get("is_exempt") else ""
        yield (
            named(t, f"dossier.level.{one['code']}"),
            str(one.get("line")),
            named(t, f"dossier.reduce.{one['measure']}"),
            f"{one['reduction_pct']:g}%",
            exempt,
        )


def _notes(found: Found, t: Words) -> Iterable[Sequence[str]]:
    for one in found["notes"]:
        yield (one["at"], named(t, f"dossier.role.{one['role']}"), one["reason"])
