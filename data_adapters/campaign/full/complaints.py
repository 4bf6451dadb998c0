"""Complaints (I01), petitions (I02) and leads from public opinion (I03); persons only as hashes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from data_adapters.campaign.full.cases import KINDS, PLANTED_ENTERPRISES, Planted, Window, slot_of
from data_adapters.campaign.full.columns import Columns, dates, named, numbered, stacked, times
from data_adapters.campaign.full.names import enterprise_names
from data_adapters.campaign.full.plan import HOURS
from data_adapters.campaign.full.sink import Sink
from data_adapters.campaign.full.world import World
from data_adapters.campaign.randomness import Ints, stream

ISSUES = ("odour", "dust", "smoke", "night_discharge", "other")
TEXTS = ("夜间有刺鼻气味（模拟）", "扬尘严重（模拟）", "烟囱冒黑烟（模拟）", "夜间偷排（模拟）", "其他（模拟）")
# R27: who complained, one letter a person, and when
CASES = {
    "positive": ("ABCA", (30, 110, 200, 290), "four complaints of three persons in eleven days"),
    "negative": ("DE", (50, 250), "two complaints"),
    "lookalike": ("FFFFF", (20, 90, 160, 230, 300), "five complaints of one neighbour"),
}


def write_complaints(world: World, sink: Sink) -> None:
    """I01 to I03."""
    _write_cases(world, sink)
    _write_petitions(world, sink)
    _write_leads(world, sink)


def _planted(world: World) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for kind in KINDS:
        persons, hours, note = CASES[kind]
        at = slot_of("R27", kind).enterprise
        enterprise = str(world.enterprises.id[at])
        name = enterprise_names(world, np.array([at]))[0].as_py()
        for person, hour in zip(persons, hours, strict=True):
            row: dict[str, Any] = {"case_no": f"12369-P{len(rows):03d}", "received_at": world.plan.at(hour)}
            row |= {"person_hash": f"person-planted-{person}", "enterprise_id": enterprise, "target_name": name}
            row |= {"lon_deg": float(world.enterprises.lon[at]), "lat_deg": float(world.enterprises.lat[at])}
            county = str(world.places.county_code[world.enterprises.county[at]])
            rows.append(row | {"county_adcode": county, "issue": "odour", "text": TEXTS[0], "status": "open"})
        third = float(hours[min(2, len(hours) - 1)])
        window = Window(hours[0], hours[-1] + 1, third if kind == "positive" else None)
        world.truth.add(("R27", kind), Planted("complaint_group", enterprise, enterprise), window, note)
    return rows


def _targets(world: World, n: int, part: str) -> tuple[Ints, Ints, pa.Array]:
    rng = stream(world.plan.seed, part)
    room = len(world.enterprises) - PLANTED_ENTERPRISES
    who = PLANTED_ENTERPRISES + rng.permutation(room)[np.arange(n) % room]  # nobody twice: R27 is planted
    is_known = rng.random(n) < 0.6
    known = np.where(is_known, np.arange(n), -1)
    texts = enterprise_names(world, np.where(who == 0, 1, who))
    return who, known, texts.take(pa.array(known, mask=~is_known))


def _write_cases(world: World, sink: Sink) -> None:
    rng, plan = stream(world.plan.seed, "complaints"), world.plan
    rows = _planted(world)
    n = max(plan.rows("I01") - len(rows), 0)
    who, known, target = _targets(world, n, "complaints-targets")
    issue = rng.integers(0, len(ISSUES), n)
    is_open = rng.random(n) < 0.4
    rest: Columns = {
        "case_no": numbered("12369-", np.arange(n), 8),
        "received_at": times(plan.start_s + rng.integers(0, HOURS * 60, n) * 60),
        "person_hash": numbered("person-", np.arange(n), 8),
        "lon_deg": np.round(world.enterprises.lon[who] + rng.normal(0, 0.002, n), 5),
        "lat_deg": np.round(world.enterprises.lat[who] + rng.normal(0, 0.002, n), 5),
        "county_adcode": named(world.places.county_code, world.enterprises.county[who]),
        "target_name": target,
        "enterprise_id": named(world.enterprises.id, np.where(known >= 0, who, -1)),
        "issue": named(ISSUES, issue),
        "text": named(TEXTS, issue),
        "reply": named(("verified", "partly", "not_verified"), np.where(is_open, -1, rng.integers(0, 3, n))),
        "status": named(("open", "replied"), (~is_open).astype(np.int8)),
    }
    sink.write_events("I01", stacked("complaints", rows, rest))


def _write_petitions(world: World, sink: Sink) -> None:
    rng, plan = stream(world.plan.seed, "petitions"), world.plan
    n = plan.rows("I02")
    who, known, target = _targets(world, n, "petitions-targets")
    received = plan.start_s + rng.integers(0, HOURS * 60, n) * 60
    columns: Columns = {
        "case_no": numbered("XF-", np.arange(n), 8),
        "received_at": times(received),
        "person_hash": numbered("person-petition-", np.arange(n), 8),
        "lon_deg": np.round(world.enterprises.lon[who], 5),
        "lat_deg": np.round(world.enterprises.lat[who], 5),
        "target_name": target,
        "enterprise_id": named(world.enterprises.id, np.where(known >= 0, who, -1)),
        "issue": named(ISSUES, rng.integers(0, len(ISSUES), n)),
        "due_date": dates(received // 86_400 + 60),
    }
    sink.write_events("I02", columns)


def _write_leads(world: World, sink: Sink) -> None:
    rng, plan = stream(world.plan.seed, "leads"), world.plan
    n = plan.rows("I03")
    columns: Columns = {
        "item_id": numbered("LEAD-", np.arange(n), 8),
        "published_at": times(plan.start_s + rng.integers(0, HOURS * 60, n) * 60),
        "channel": named(("forum", "short_video", "news"), rng.integers(0, 3, n)),
        "county_adcode": named(world.places.county_code, world.terrain.county[rng.integers(0, len(world.terrain), n)]),
        "text": named(TEXTS, rng.integers(0, len(TEXTS), n)),
        "score": np.round(rng.beta(2, 5, n), 3),
    }
    sink.write_events("I03", columns)
