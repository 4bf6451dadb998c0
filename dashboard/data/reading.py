"""The reading of a dossier in plain language: what is unusual, what would explain it, what to check, what was not seen.

Rules give lines, a line is a key with values; `dashboard/briefing/sentences.py` makes the sentence in a language.
Nothing here accuses: it tells what was measured and what would explain it, and that a person on site decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from statistics import fmean, median
from typing import Any

from dashboard.data.dossier_lanes import EMISSION, Lane, moments, within

UNUSUAL, EXPLAINS, AGAINST, CHECK, BLIND = "unusual", "explains", "against", "check", "blind"
PARTS = (UNUSUAL, EXPLAINS, AGAINST, CHECK, BLIND)
BEFORE = timedelta(days=14)
STEP_SPAN = timedelta(hours=48)
LATELY = timedelta(days=730)
DOSE_UP = 1.15
STEADY = 0.15
SLIP_HIGH_MG_M3 = 8.0
RUNNING = 0.2
CHECKS_SHOWN = 6
DECIDED = frozenset(
    {"CONFIRMED", "RECTIFYING", "RECHECK", "CLOSED", "NOT_CONFIRMED", "E_SUPERVISED", "LISTED_SUPERVISED", "RELAPSED"}
)
DROPPED = frozenset({"DISCARDED", "MERGED", "NOT_CONFIRMED", "CLOSED"})
BLIND_KINDS = ("emission", "power", "process", "complaint", "penalty", "satellite", "positive_list", "video")

Line = dict[str, Any]
Values = Mapping[str, Any]


def line(part: str, key: str, **values: Any) -> Line:  # noqa: ANN401 - any value JSON can carry
    """One sentence to be: its part of the reading, the key of its words, the values in them."""
    return {"part": part, "key": f"reading.{key}", "values": values}


def number(value: float, digits: int = 0) -> dict[str, Any]:
    """A number as a sentence shows it."""
    return {"number": round(float(value), digits), "digits": digits}


def word(key: str) -> dict[str, str]:
    """A value that is itself a word of the screens."""
    return {"word": key}


def reading(found: Values) -> list[Line]:
    """All lines of a dossier, in the order in which they are read."""
    lines = [one for rule in RULES for one in rule(found)]
    if not any(one["part"] == UNUSUAL for one in lines):
        lines.insert(0, line(UNUSUAL, "nothing_unusual", n=number(found["n_clues"])))
    return sorted(lines, key=lambda one: PARTS.index(one["part"]))


def outlet_code(object_id: str) -> str:
    """The short name of an outlet: its own code, without its enterprise."""
    return object_id.rpartition("-")[2] or object_id


def main_run(found: Values) -> Values | None:
    """The longest run above a limit, if there is one."""
    return found["runs"][0] if found["runs"] else None


def lane_of(found: Values, series: str, object_id: str = "") -> Lane | None:
    """The lane of a series, of an object if one is named."""
    return next((one for one in found["lanes"] if one["series"] == series and object_id in ("", one["object"])), None)


def _exceeding(found: Values) -> Iterator[Line]:
    for run in found["runs"][:3]:
        yield line(
            UNUSUAL,
            "exceeds_open" if run["is_open"] else "exceeds",
            pollutant=run["series"],
            outlet=outlet_code(run["object"]),
            since=run["from_at"],
            until=run["to_at"],
            hours=number(run["hours"]),
            over=number(run["over"]),
            limit=number(run["limit"], 1),
            mean=number(run["mean"], 1),
            highest=number(run["highest"], 1),
            ratio=number(run["highest"] / run["limit"], 2),
        )
        if run["marked"]:
            key = "all_fault" if run["fault"] == run["over"] else "some_marked"
            yield line(UNUSUAL, key, over=number(run["over"]), marked=number(run["marked"]), fault=number(run["fault"]))
        elif run["over"] >= 24:
            yield line(UNUSUAL, "none_marked", over=number(run["over"]))
    for lane in found["lanes"]:
        if lane["kind"] == "emission" and lane["step_h"] == 24 and sum(lane.get("hours_over", [])):
            yield line(
                UNUSUAL,
                "exceeds_days",
                pollutant=lane["series"],
                outlet=outlet_code(lane["object"]) or "—",
                days=number(sum(h > 0 for h in lane["hours_over"])),
                over=number(sum(lane["hours_over"])),
            )


def _told_by_rules(found: Values) -> Iterator[Line]:
    """Findings whose numbers the curves above don't tell already."""
    for clue in found["clues"]:
        is_seen = clue["category"] == "cems" and any(
            run["object"] == clue["outlet_id"] and run["from_at"] == clue["onset_at"] for run in found["runs"]
        )
        if clue["onset_at"] and clue["state"] not in DROPPED and not is_seen and clue["rule_id"] != "R31":
            yield line(
                UNUSUAL,
                "rule_fired",
                rule={"zh": clue["rule_zh"], "en": clue["rule_en"]},
                code=clue["rule_id"],
                since=clue["onset_at"],
                fires={"zh": clue["fires_zh"] or "", "en": clue["fires_en"] or ""},
            )


def _marks(found: Values) -> Iterator[Line]:
    run = main_run(found)
    if not run or not run["marked"]:
        return
    for mark in found["facts"].get("mark", []):
        if (mark.get("outlet_id") == run["object"] and mark.get("layer") == "manual" and mark["code"] == "fault"
                and mark["from_at"] < run["to_at"] and (mark["to_at"] or "9") > run["from_at"]):  # fmt: skip
            yield line(
                UNUSUAL,
                "mark_by_hand",
                author=word(_author(mark.get("author"))),
                at=mark.get("marked_at") or "",
                reason=mark.get("reason") or "—",
            )
            break
    if found["states"]["service"] in ("data", "none"):
        services = [one for one in found["facts"].get("service", []) if one["code"] in ("repair", "maintenance")
                    and run["from_at"] <= one["from_at"] < run["to_at"]]  # fmt: skip
        since = found["since"].get("service") or ""
        if not services and since > run["from_at"][:10]:
            yield line(UNUSUAL, "no_repair_since", since=since)
        elif not services:
            yield line(UNUSUAL, "no_repair")
        else:
            yield line(AGAINST, "repaired", n=number(len(services)), at=services[-1]["from_at"])


def _author(author: str | None) -> str:
    return f"dossier.author.{author}" if author in ("enterprise", "logger", "bureau") else "dossier.author.other"


def _running(found: Values) -> Iterator[Line]:
    """Whether the plant worked while it was above the limit."""
    run = main_run(found)
    load = lane_of(found, "load_pct")
    if run and load:
        before, during = _before_and_during(load, run)
        if before and during:
            key = "load_steady" if abs(median(during) / max(median(before), 1e-9) - 1) <= STEADY else "load_moved"
            yield line(UNUSUAL, key, before=number(median(before), 0), during=number(median(during), 0))


def _treatment_off(found: Values) -> Iterator[Line]:
    """Hours in which production drew power and its treatment hardly any."""
    production, treatment = lane_of(found, "production_kw"), lane_of(found, "treatment_kw")
    if not production or not treatment or production["from"] != treatment["from"]:
        return
    usual = [median([v for v in lane["values"] if v is not None]) for lane in (production, treatment)]
    pairs = zip(moments(production), production["values"], treatment["values"], strict=False)
    off = [t for t, made, treated in pairs if made is not None and treated is not None
           and made > RUNNING * usual[0] and treated < RUNNING * usual[1]]  # fmt: skip
    if off:
        yield line(UNUSUAL, "treatment_off", n=number(len(off)), days=number(len({t.date() for t in off})),
                   first=f"{off[0]:%Y-%m-%d %H:%M}")  # fmt: skip


def _others_normal(found: Values) -> Iterator[Line]:
    """Other pollutants of the same outlet that stayed below their limits speak against a dead analyser."""
    run = main_run(found)
    if not run:
        return
    from_at, to_at = datetime.fromisoformat(run["from_at"]), datetime.fromisoformat(run["to_at"])
    above = {one["series"] for one in found["runs"]}
    normal = [one for one in found["lanes"] if one["object"] == run["object"] and one["kind"] == "emission"
              and one["series"] not in above and len(within(one, from_at, to_at)) >= 12]  # fmt: skip
    if normal:
        names = {"list": [one["series"] for one in sorted(normal, key=lambda one: EMISSION.index(one["series"]))]}
        yield line(AGAINST, "others_normal", others=names, outlet=outlet_code(run["object"]))


def _ammonia(found: Values) -> Iterator[Line]:
    """The dose of ammonia about the beginning and the end of a run of NOx."""
    run = main_run(found)
    dose = lane_of(found, "nh3_flow_kg_h", run["object"] if run else "")
    if not run or run["series"] != "NOx" or not dose:
        return
    before, during = _before_and_during(dose, run)
    if not before or not during or median(during) < DOSE_UP * median(before):
        return
    slip = lane_of(found, "nh3_slip_mg_m3", run["object"])
    slips = _before_and_during(slip, run)[1] if slip else []
    rise = 100 * (median(during) / median(before) - 1)
    yield line(UNUSUAL, "dose_up", at=run["from_at"], before=number(median(before), 1), after=number(median(during), 1),
               pct=number(rise, 0))  # fmt: skip
    if slips and median(slips) > SLIP_HIGH_MG_M3:
        yield line(UNUSUAL, "slip_high", slip=number(median(slips), 1), usual=number(SLIP_HIGH_MG_M3, 0))
    yield line(EXPLAINS, "ammonia", pct=number(rise, 0))
    yield from _need_for_ammonia(found, run)
    yield from _dose_cut(found, run, dose)


def _need_for_ammonia(found: Values, run: Values) -> Iterator[Line]:
    inlet = lane_of(found, "inlet_nox_mg_m3", run["object"])
    if inlet:
        before, during = _before_and_during(inlet, run)
        if before and during and abs(median(during) / median(before) - 1) <= STEADY:
            yield line(EXPLAINS, "inlet_steady", before=number(median(before), 0), during=number(median(during), 0))


def _dose_cut(found: Values, run: Values, dose: Lane) -> Iterator[Line]:
    """Whether NOx came down with the dose: the hypothesis put to the test by the plant itself."""
    end = datetime.fromisoformat(run["to_at"])
    high = within(dose, end - timedelta(hours=24), end)
    low = within(dose, end, end + timedelta(hours=24))
    if run["is_open"] or len(low) < 6:
        yield line(EXPLAINS, "not_tested")
    elif median(low) <= 0.85 * median(high):
        nox = within(lane_of(found, "NOx", run["object"]) or dose, end, end + timedelta(hours=24))
        yield line(EXPLAINS, "verified", at=run["to_at"], before=number(median(high), 1), after=number(median(low), 1),
                   hours=number(run["below_after"]), nox=number(fmean(nox), 1))  # fmt: skip
    else:
        yield line(AGAINST, "ended_without_cut", at=run["to_at"])


def _direction(found: Values) -> Iterator[Line]:
    for clue in found["clues"]:
        if clue["rule_id"] == "R02" and clue["facts"].get("direction") == "together":
            yield line(AGAINST, "direction_unclear")


def _lookalikes(found: Values) -> Iterator[Line]:
    """What else looks like it: the rule's own list."""
    told: set[str] = set()
    for clue in _open_clues(found)[:3]:
        pairs = zip(clue["lists"].get("lookalikes_zh", []), clue["lists"].get("lookalikes_en", []), strict=False)
        for zh, en in pairs:
            if zh not in told and len(told) < 4:
                told.add(zh)
                yield line(EXPLAINS, "lookalike", text={"zh": zh, "en": en})


def _ended(found: Values) -> Iterator[Line]:
    run = main_run(found)
    if run and not run["is_open"]:
        yield line(AGAINST, "below_again", at=run["to_at"], hours=number(run["below_after"]), pollutant=run["series"])


def _surroundings(found: Values) -> Iterator[Line]:
    hot = [one for one in found["hot"] if one["product"] != "FIRE"]
    if hot:
        newest = max(hot, key=lambda one: one["date"])
        age = (datetime.fromisoformat(found["as_of"]) - datetime.fromisoformat(newest["date"])).days
        yield line(
            UNUSUAL,
            "hot_near",
            n=number(len({one["date"] for one in hot})),
            date=newest["date"],
            age=number(age),
            product=word(f"product.{newest['product']}"),
            km=number(newest["distance_km"], 1),
        )
    for one in found["candidates"][:1]:
        yield line(UNUSUAL, "candidate", share=number(100 * one["share"], 0), rank=number(one["rank"]),
                   reach=number(one.get("in_reach") or 0), cell=one["cell_id"])  # fmt: skip


def _past(found: Values) -> Iterator[Line]:
    """What was found here before, and what people complained of."""
    until = datetime.fromisoformat(found["as_of"])
    since = (until - LATELY).strftime("%Y-%m-%d")
    fines = [one for one in found["facts"].get("penalty", []) if (one["from_at"] or "") >= since]
    if fines:
        yield line(UNUSUAL, "penalties", n=number(len(fines)), newest=fines[0]["from_at"][:10],
                   what=word(f"dossier.problem.{fines[0]['code']}"))  # fmt: skip
    lately = (until - timedelta(days=30)).strftime("%Y-%m-%d")
    voices = [one for one in found["facts"].get("complaint", []) if (one["from_at"] or "") >= lately]
    if voices:
        yield line(UNUSUAL, "complaints", n=number(len(voices)), newest=voices[0]["from_at"][:10],
                   issue=word(f"dossier.issue.{voices[0]['code']}"))  # fmt: skip
    past = [*found["facts"].get("past_problem", [])]
    if past:
        yield line(
            UNUSUAL,
            "problems_before",
            n=number(len(past)),
            prominent=number(sum(bool(one.get("is_prominent")) for one in past)),
            newest=past[0]["from_at"][:10],
            what=word(f"dossier.problem.{past[0]['code']}"),
        )


def _checks(found: Values) -> Iterator[Line]:
    told: set[str] = set()
    for clue in _open_clues(found):
        for zh, en in zip(clue["lists"].get("checklist_zh", []), clue["lists"].get("checklist_en", []), strict=False):
            if zh not in told and len(told) < CHECKS_SHOWN:
                told.add(zh)
                yield line(CHECK, "check", text={"zh": zh, "en": en}, rule=clue["rule_id"])


def _not_seen(found: Values) -> Iterator[Line]:
    states = found["states"]
    for kind in BLIND_KINDS:
        if states.get(kind) in ("not_connected", "not_observed", "hidden"):
            yield line(BLIND, f"{states[kind]}", what=word(f"dossier.kind.{kind}"))
    for lane in found["lanes"]:
        if lane["kind"] == "emission" and lane["step_h"] == 1:
            missing = sum(value is None for value in lane["values"])
            if missing >= 6:
                yield line(BLIND, "hours_missing", n=number(missing), of=number(len(lane["values"])),
                           pollutant=lane["series"], outlet=outlet_code(lane["object"]))  # fmt: skip
    yield line(BLIND, "not_on_site", as_of=found["as_of"])


def _open_clues(found: Values) -> Sequence[Values]:
    """Clues that wait, those a rule stands behind, the gravest first."""
    return [one for one in found["clues"] if one["state"] not in DROPPED and one["lists"] and one["rule_id"] != "R31"]


def _before_and_during(lane: Lane, run: Values) -> tuple[list[float], list[float]]:
    """Values in the fortnight before a run, and in its first 48 hours."""
    start = datetime.fromisoformat(run["from_at"])
    end = min(datetime.fromisoformat(run["to_at"]), start + STEP_SPAN)
    return within(lane, start - BEFORE, start), within(lane, start, end)


RULES: tuple[Callable[[Values], Iterator[Line]], ...] = (
    _exceeding,
    _marks,
    _running,
    _ammonia,
    _treatment_off,
    _told_by_rules,
    _surroundings,
    _past,
    _lookalikes,
    _others_normal,
    _direction,
    _ended,
    _checks,
    _not_seen,
)
