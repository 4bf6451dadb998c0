"""The order in which the campaign is invented."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa

from data_adapters.campaign import air, checks, clues, emissions, register, schedule
from data_adapters.campaign.anchors import Truth, outcomes
from data_adapters.campaign.places import cells_within, load_places
from data_adapters.campaign.sizes import Size
from data_adapters.tables import conform

Progress = Callable[[str], None]


def campaign_tables(size: Size, seed: int, regions: pa.Table, progress: Progress) -> dict[str, pa.Table]:
    """The canonical tables of an invented campaign over the divisions of `regions`.

    Shape   region_groups, rounds, teams, enterprises, outlets, satellite_grid, ambient_series, emission_series,
            inspections, problems, clues, clue_events
    Raises  PlacesError if `regions` lacks a city of the campaign
    Note    the same size, seed and regions give the same bytes
    """
    places = load_places(size.scope, regions)
    cells = cells_within(places)
    progress(f"places counties={len(places.county_code)} cells={len(cells)}")
    teams = schedule.place_teams(size, seed, places)
    firms = register.make_register(size, seed, places)
    outlets, outlet_table = register.make_outlets(seed, firms)
    progress(f"register enterprises={len(firms)} outlets={len(outlets.enterprise)}")
    sky = air.make_air(size, seed, places, cells, firms)
    progress(f"air rows={sky.satellite_grid.num_rows}")
    episodes = emissions.make_episodes(size, seed, firms, outlets)
    visits = checks.make_checks(size, seed, places, firms, teams)
    found = checks.find_problems(size, seed, firms, visits)
    outcome = outcomes(size, firms, visits, found.check)
    truth = Truth(size, places, cells, firms, outlets, teams, visits, episodes, sky.plumes, outcome)
    leads = clues.make_clues(size, seed, truth)
    progress(f"checks={len(visits.day)} problems={len(found.check)} clues={len(leads.rule)}")
    tables = {
        "region_groups": schedule.make_region_groups(size, places),
        "rounds": schedule.make_rounds(size),
        "teams": schedule.make_teams(seed, places, teams),
        "enterprises": register.make_enterprises(seed, places, firms),
        "outlets": outlet_table,
        "satellite_grid": sky.satellite_grid,
        "ambient_series": air.make_ambient_series(size, seed, places, sky),
        "emission_series": emissions.make_emission_series(size, seed, firms, outlets, episodes),
        "inspections": checks.make_inspections(size, seed, firms, teams, visits),
        "problems": checks.make_problems(size, firms, visits, found),
        "clues": clues.clue_table(size, truth, leads),
        "clue_events": clues.make_events(seed, truth, leads),
    }
    return {name: conform(name, table) for name, table in tables.items()}
