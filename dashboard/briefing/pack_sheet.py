"""A pack as it is read, in one language: cover, visiting order, and for every stop its dossier and its picture."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from dashboard.briefing.pack import Pack, Stop
from dashboard.briefing.sentences import named
from dashboard.briefing.sheet import sheet
from dashboard.briefing.timeline import timeline
from dashboard.i18n import Words

PICTURE_WIDTH = 900


def pack_sheet(pack: Pack, t: Words) -> dict[str, Any]:
    """Everything the templates of PDF and HTML need; they add no word of their own."""
    team = str(pack.team[f"name_{t.language}"])
    base = str(pack.team[f"base_{t.language}"] or "—")
    stops = [_stop(stop, t) for stop in pack.stops]
    return {
        "lang": t.language,
        "title": t("pack.title"),
        "subtitle": t("pack.subtitle", team=team, day=pack.day.isoformat()),
        "running": t("pack.running", team=team, day=pack.day.isoformat()),
        "lead": t("pack.lead", n=len(stops), base=base, km=f"{pack.total_km:.0f}", as_of=pack.as_of),
        "synthetic": t("dossier.synthetic") if pack.is_synthetic else "",
        "notice": t("pack.notice"),
        "footnote": t("pack.footnote", as_of=pack.as_of, snapshot=pack.snapshot_id),
        "snapshot": pack.snapshot_id,
        "order": {
            "head": t("pack.order.head").split("|"),
            "rows": [_row(stop, told, t) for stop, told in zip(pack.stops, stops, strict=True)],
        },
        "areas": {"head": t("pack.areas.head").split("|"), "rows": [_area(area, t) for area in pack.areas]},
        "words": {
            "order": t("pack.order"),
            "straight": t("pack.straight", back=f"{pack.back_km:.1f}"),
            "areas": t("pack.areas"),
            "areas_note": t("pack.areas_note"),
            "contents": t("pack.contents"),
            "reading": t("dossier.reading"),
            "axis": t("dossier.axis"),
            "checklist": t("dossier.checklist"),
            "coverage": t("dossier.coverage"),
            "predicted": t("dossier.predicted"),
            "predicted_none": t("dossier.predicted.none"),
            "predicted_note": t("dossier.predicted.note"),
        },
        "stops": stops,
    }


def _stop(stop: Stop, t: Words) -> dict[str, Any]:
    window = stop.found["window"]
    ends = (datetime.fromisoformat(window["from"]), datetime.fromisoformat(window["to"]))
    way = t("pack.why." + stop.why)
    if stop.leg_km is not None and stop.from_base_km is not None:
        way += " · " + t("pack.way", leg=f"{stop.leg_km:.1f}", base=f"{stop.from_base_km:.1f}")
    return {
        "heading": f"{stop.number}  {stop.found['enterprise']['name']}",
        "anchor": f"stop-{stop.number}",
        "way": way,
        "sheet": sheet(stop.found, t),
        "svg": timeline(stop.found, t, ends, PICTURE_WIDTH, is_print=True).svg,
    }


def _row(stop: Stop, told: Mapping[str, Any], t: Words) -> list[str]:
    expected = t("dossier.and").join(one["problem"] for one in told["sheet"]["predicted"][:3])
    return [
        str(stop.number),
        "—" if stop.leg_km is None else f"{stop.leg_km:.1f}",
        "—" if stop.from_base_km is None else f"{stop.from_base_km:.1f}",
        told["sheet"]["title"],
        told["sheet"]["subtitle"],
        t(f"pack.why.{stop.why}"),
        expected or "—",
    ]


def _area(area: Mapping[str, Any], t: Words) -> list[str]:
    names = t("dossier.and").join(f"{one['name']} {100 * one['share']:.0f}%" for one in area["candidates"])
    return [
        str(area["place"]),
        f"{area['rule_id']} {area['cell_id']}",
        f"{area['lon_deg']:.4f}, {area['lat_deg']:.4f}",
        named(t, f"pollutant.{area['pollutant']}") if area["pollutant"] else "—",
        f"{area['window_from']:%m-%d} – {area['window_to']:%m-%d}",
        names or t("pack.no_candidate"),
    ]
