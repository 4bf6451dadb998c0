"""Complaints (I01), petitions (I02) and leads from public opinion (I03); persons only as hashes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from scipy.spatial import cKDTree

from data_adapters.campaign.full.cases import Planted, Window
from data_adapters.campaign.full.columns import Columns, dates, named, numbered, stacked, times
from data_adapters.campaign.full.draws import draw_for
from data_adapters.campaign.full.hot_places import KM_PER_DEG
from data_adapters.campaign.full.names import enterprise_names
from data_adapters.campaign.full.plan import HOURS
from data_adapters.campaign.full.sink import Sink
from data_adapters.campaign.full.world import World
from data_adapters.campaign.randomness import Flags, Floats, Ints, stream

ISSUES = ("odour", "dust", "smoke", "night_discharge", "other")
TEXTS = ("夜间有刺鼻气味（模拟）", "扬尘严重（模拟）", "烟囱冒黑烟（模拟）", "夜间偷排（模拟）", "其他（模拟）")
ALIKE_KM, ROUNDS = 0.65, 60  # nearer cases make a group if they are alike (500 m); how often issues are changed
# R27: who complained, one letter a person, and when
CASES = {
    "positive": ("ABCA", (30, 110, 200, 290), "four complaints of three persons in eleven days"),
    "negative": ("DE", (50, 250), "two complaints"),
    "lookalike": ("FFFFF", (20, 90, 160, 230, 300), "five complaints of one neighbour"),
}


def write_complaints(world: World, sink: Sink) -> None:
    """I01 to I03."""
    rows = _planted(world)
    cases = _ordinary(world, max(world.plan.rows("I01") - len(rows), 0) + world.plan.rows("I02"))
    n = len(cases) - world.plan.rows("I02")
    _write_cases(world, sink, rows, cases.part(slice(0, n)))
    _write_petitions(world, sink, cases.part(slice(n, None)))
    _write_leads(world, sink)


def _planted(world: World) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for slot in world.cast.all("R27"):
        persons, told, note = CASES[slot.kind]
        shift, at = draw_for(world.plan.seed, slot).shift_h, slot.enterprise
        hours = tuple(hour + shift for hour in told)
        enterprise = str(world.enterprises.id[at])
        name = enterprise_names(world, np.array([at]))[0].as_py()
        for person, hour in zip(persons, hours, strict=True):
            row: dict[str, Any] = {"case_no": f"12369-P{len(rows):03d}", "received_at": world.plan.at(hour)}
            row |= {
                "person_hash": f"person-planted-{person}{slot.turn or ''}",
                "enterprise_id": enterprise,
                "target_name": name,
            }
            row |= {"lon_deg": float(world.enterprises.lon[at]), "lat_deg": float(world.enterprises.lat[at])}
            county = str(world.places.county_code[world.enterprises.county[at]])
            rows.append(row | {"county_adcode": county, "issue": "odour", "text": TEXTS[0], "status": "open"})
        third = float(hours[min(2, len(hours) - 1)])
        window = Window(hours[0], hours[-1] + 1, third if slot.kind == "positive" else None)
        world.truth.add(("R27", slot.kind), Planted("complaint_group", enterprise, enterprise), window, note)
    return rows


@dataclass(frozen=True)
class Cases:
    """Complaints and petitions without a case: about whom, whether they name it, where, and what it is."""

    who: Ints
    is_known: Flags
    lon: Floats
    lat: Floats
    issue: Ints

    def __len__(self) -> int:
        """Number of cases."""
        return len(self.who)

    def part(self, which: slice) -> Cases:
        """Some of them."""
        return Cases(self.who[which], self.is_known[which], self.lon[which], self.lat[which], self.issue[which])

    def targets(self, world: World) -> tuple[pa.Array, pa.Array]:
        """The name that is told, and the enterprise; both empty where nobody is named."""
        texts = enterprise_names(world, np.where(self.who == 0, 1, self.who))
        told = texts.take(pa.array(np.arange(len(self)), mask=~self.is_known))
        return told, named(world.enterprises.id, np.where(self.is_known, self.who, -1))


def _ordinary(world: World, n: int) -> Cases:
    """Nobody is named twice, and those near each other complain of different things: R27 is planted only."""
    rng, enterprises = stream(world.plan.seed, "complaints-targets"), world.enterprises
    first = world.cast.enterprises
    room = len(enterprises) - first
    who = first + rng.permutation(room)[np.arange(n) % room]
    is_known = rng.random(n) < 0.6
    off = rng.normal(0, 0.002, (2, n))
    lon, lat = enterprises.lon[who] + off[0], enterprises.lat[who] + off[1]
    at = np.where(is_known, enterprises.lon[who], lon), np.where(is_known, enterprises.lat[who], lat)
    issue = _different(rng, at, [slot.enterprise for slot in world.cast.all("R27")], world)
    return Cases(who, is_known, lon, lat, issue)


def _different(rng: np.random.Generator, at: tuple[Floats, Floats], planted: list[int], world: World) -> Ints:
    """An issue for each place, not that of its neighbours; around the planted cases never theirs."""
    lon = np.concatenate([at[0], world.enterprises.lon[planted]])
    lat = np.concatenate([at[1], world.enterprises.lat[planted]])
    n, issue = len(at[0]), rng.integers(0, len(ISSUES), len(lon))
    issue[n:] = 0
    flat = np.column_stack([lon * np.cos(np.radians(lat.max())), lat]) * KM_PER_DEG  # never further than it is
    one, other = cKDTree(flat).query_pairs(ALIKE_KM, output_type="ndarray").T
    one, other = np.concatenate([one, other]), np.concatenate([other, one])
    for _ in range(ROUNDS):
        around = np.zeros((len(lon), len(ISSUES)))
        np.add.at(around, (one, issue[other]), np.where(other >= n, len(ISSUES) * 1.0, 1.0))
        clash = around[np.arange(len(lon)), issue] > 0
        clash[n:] = False
        if not clash.any():
            break
        turn = np.flatnonzero(clash & (rng.random(len(lon)) < 0.5))  # not all at once, or they change in step
        issue[turn] = np.argmin(around[turn] + 0.5 * rng.random((len(turn), len(ISSUES))), axis=1)
    return issue[:n].astype(np.int64)


def _write_cases(world: World, sink: Sink, rows: list[dict[str, Any]], cases: Cases) -> None:
    rng, plan, n = stream(world.plan.seed, "complaints"), world.plan, len(cases)
    target, enterprise = cases.targets(world)
    is_open = rng.random(n) < 0.4
    rest: Columns = {
        "case_no": numbered("12369-", np.arange(n), 8),
        "received_at": times(plan.start_s + rng.integers(0, HOURS * 60, n) * 60),
        "person_hash": numbered("person-", np.arange(n), 8),
        "lon_deg": np.round(cases.lon, 5),
        "lat_deg": np.round(cases.lat, 5),
        "county_adcode": named(world.places.county_code, world.enterprises.county[cases.who]),
        "target_name": target,
        "enterprise_id": enterprise,
        "issue": named(ISSUES, cases.issue),
        "text": named(TEXTS, cases.issue),
        "reply": named(("verified", "partly", "not_verified"), np.where(is_open, -1, rng.integers(0, 3, n))),
        "status": named(("open", "replied"), (~is_open).astype(np.int8)),
    }
    sink.write_events("I01", stacked("complaints", rows, rest))


def _write_petitions(world: World, sink: Sink, cases: Cases) -> None:
    rng, plan, n = stream(world.plan.seed, "petitions"), world.plan, len(cases)
    target, enterprise = cases.targets(world)
    received = plan.start_s + rng.integers(0, HOURS * 60, n) * 60
    columns: Columns = {
        "case_no": numbered("XF-", np.arange(n), 8),
        "received_at": times(received),
        "person_hash": numbered("person-petition-", np.arange(n), 8),
        "lon_deg": np.round(cases.lon, 5),
        "lat_deg": np.round(cases.lat, 5),
        "target_name": target,
        "enterprise_id": enterprise,
        "issue": named(ISSUES, cases.issue),
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
