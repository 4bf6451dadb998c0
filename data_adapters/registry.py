"""The sources by name. A source is imported when it is asked for, so that listing them stays quick."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import cast

from data_adapters.source import AdapterError, Source, nearest

SOURCES: Mapping[str, str] = MappingProxyType(
    {
        "boundaries": "data_adapters.sources.boundaries:BOUNDARIES",
        "divisions": "data_adapters.sources.divisions:DIVISIONS",
        "region_groups": "data_adapters.sources.region_groups:REGION_GROUPS",
        "firms": "data_adapters.sources.firms:FIRMS",
        "satellite_grid": "data_adapters.sources.satellite_grid:SATELLITE_GRID",
        "enterprise_register": "data_adapters.sources.enterprise_register:ENTERPRISE_REGISTER",
        "power_plants": "data_adapters.sources.power_plants:POWER_PLANTS",
        "hj212": "data_adapters.sources.hj212:HJ212",
        "category": "data_adapters.sources.category:CATEGORY",
        "mapped": "data_adapters.sources.mapped:MAPPED",
        "plumes": "data_adapters.sources.plumes:PLUMES",
        "province_days": "data_adapters.sources.province_days:PROVINCE_DAYS",
        "region_days": "data_adapters.sources.region_days:REGION_DAYS",
        "wind_grid": "data_adapters.sources.wind_grid:WIND_GRID",
        "stack_items": "data_adapters.sources.stack_items:STACK_ITEMS",
        "outlet_limits": "data_adapters.sources.outlet_limits:OUTLET_LIMITS",
        "stations": "data_adapters.sources.stations:STATIONS",
        "postgres": "data_adapters.sources.postgres:POSTGRES",
        "casebook": "data_adapters.sources.casebook:CASEBOOK",
        "campaign": "data_adapters.campaign:CAMPAIGN",
    }
)


def get_source(name: str) -> Source:
    """The source of that name.

    Raises  AdapterError naming the nearest known name
    """
    if name not in SOURCES:
        raise AdapterError("", f"there is no source {name!r}", nearest(name, SOURCES))
    module, attribute = SOURCES[name].split(":")
    return cast(Source, getattr(import_module(module), attribute))
