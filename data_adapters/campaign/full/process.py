"""Process parameters (F03): load, ammonia and what stands before the treatment."""

from __future__ import annotations

import numpy as np
from scipy import signal

from data_adapters.campaign.full.cems import Kept
from data_adapters.campaign.full.columns import Columns, named, reals, times
from data_adapters.campaign.full.draws import draw_of
from data_adapters.campaign.full.outlet_cases import DOSE_END_H, DOSE_H
from data_adapters.campaign.full.plan import HOURS
from data_adapters.campaign.full.power import plants_with_outlets
from data_adapters.campaign.full.recipes import CURE_H, ONSET_H
from data_adapters.campaign.full.sink import Sink
from data_adapters.campaign.full.world import World
from data_adapters.campaign.randomness import Floats, Ints, stream

DOSE_KG_H = 60.0
DOSE_UP = 1.4
PLANTS_A_CHUNK = 1_000
# rule, kind: hours in which the dose is up
DOSES = {
    ("R01", "positive"): (ONSET_H, CURE_H),
    ("R02", "positive"): (DOSE_H, DOSE_END_H),
    ("R02", "lookalike"): (DOSE_H, DOSE_END_H),
}


def write_process(world: World, sink: Sink, kept: Kept) -> None:
    """F03: plants of R01 and R02 with their histories, then others."""
    outlets = plants_with_outlets(world, world.plan.objects("F03"))
    raised = _raised(world)
    rng = stream(world.plan.seed, "process")
    for outlet in [one for one in outlets.tolist() if one in kept.planted]:
        series = kept.planted[outlet]
        dose = _dose(rng, series.hour, raised.get(outlet))
        _write(world, sink, (np.array([outlet]), series.hour, series.load.T, dose[:, None], series.nh3.T))
    ordinary = outlets[~np.isin(outlets, list(kept.planted))] % len(world.stacks)
    hour = np.arange(HOURS)
    for first in range(0, len(ordinary), PLANTS_A_CHUNK):
        which = ordinary[first : first + PLANTS_A_CHUNK]
        n = len(which)
        if not sink.left("F03"):
            break
        load = 0.8 + signal.lfilter([0.03], [1, -0.85], rng.standard_normal((HOURS, n)), axis=0)
        dose = DOSE_KG_H * rng.uniform(0.4, 1.8, n) * load * (1 + 0.03 * rng.standard_normal((HOURS, n)))
        slip = np.clip(2 + 0.5 * rng.standard_normal((HOURS, n)), 0.1, 4.5)
        _write(world, sink, (which, hour, load, dose, slip))
    sink.close("F03")


def _raised(world: World) -> dict[int, tuple[float, float]]:
    """Outlets with a raised dose, and the hours of it."""
    found: dict[int, tuple[float, float]] = {}
    for turn in range(world.plan.turns):
        for (rule, kind), (first, last) in DOSES.items():
            shift = draw_of(world.plan.seed, rule, turn).shift_h
            found[world.cast.of(rule, kind, turn).outlet] = (first + shift, last + shift)
    return found


def _dose(rng: np.random.Generator, hour: Ints, raised: tuple[float, float] | None) -> Floats:
    """A steady dose, up by 40 % within the hours given."""
    steady = DOSE_KG_H * (1 + 0.01 * rng.standard_normal(len(hour)))
    if raised is None:
        return steady
    inside = (hour >= raised[0]) & (hour < raised[1])
    return np.where(inside, DOSE_UP, 1.0) * steady


def _write(world: World, sink: Sink, what: tuple[Ints, Ints, Floats, Floats, Floats]) -> None:
    outlet, hour, load, dose, slip = what
    n = len(outlet)
    place = np.tile(np.arange(n), len(hour))
    flat = load.ravel()
    plant = np.array([f"PLANT-{index:07d}" for index in outlet.tolist()], dtype=np.str_)
    columns: Columns = {
        "plant_id": named(plant, place),
        "time": times(np.repeat(world.plan.seconds(hour), n)),
        "enterprise_id": named(world.enterprises.id[world.stacks.enterprise[outlet]], place),
        "outlet_id": named(world.stacks.id[outlet], place),
        "load_pct": reals(100 * flat, 2),
        "nh3_flow_kg_h": reals(dose, 2),
        "fan_a": reals(120 * flat + 30, 1),
        "pump_a": reals(45 * flat + 12, 1),
        "inlet_nox_mg_m3": reals(330 + 25 * np.sin(np.repeat(hour, n) / 11.0 + place), 1),
        "inlet_so2_mg_m3": reals(1_450 + 120 * np.sin(np.repeat(hour, n) / 17.0 + place), 1),
        "nh3_slip_mg_m3": reals(slip, 2),
    }
    sink.write_days("F03", columns, np.repeat(hour // 24, n))
