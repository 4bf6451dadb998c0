"""The campaign as a source: it reads no file, it needs only the divisions it is set in."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from data_adapters.campaign.build import campaign_tables
from data_adapters.campaign.places import PlacesError
from data_adapters.campaign.sizes import SIZES, Size
from data_adapters.source import AdapterError, FileAccount, SourceResult, check_options, nearest
from data_adapters.sources.boundaries import BOUNDARIES

log = logging.getLogger(__name__)
DEFAULT_SIZE = "small"
DEFAULT_SEED = 7


class Campaign:
    """Source `campaign`.

    Options  size     tiny or small (default); the full one is made by `python -m data_adapters campaign`
             seed     whole number; the same size, seed and divisions give the same tables
             regions  the table regions, where it is at hand; else the source boundaries is read
    """

    name = "campaign"

    def read(self, paths: Sequence[Path], options: Mapping[str, Any]) -> SourceResult:
        """All tables of the campaign.

        Raises  AdapterError for a file, an unknown option, size or seed, or divisions without the campaign's cities
        """
        check_options(self.name, options, ("size", "seed", "regions"))
        if paths:
            raise AdapterError(paths[0], "the campaign is invented and reads no file", "leave the path out")
        size, seed = _size(options), _seed(options)
        try:
            tables = campaign_tables(size, seed, _regions(options), _tell)
        except PlacesError as error:
            raise AdapterError(
                "", str(error), "the campaign needs boundaries of counties with GB/T 2260 codes"
            ) from error
        rows = sum(table.num_rows for table in tables.values())
        account = FileAccount(f"campaign:{size.name}:{seed}", read=rows, accepted=rows, notes=["invented, not read"])
        return SourceResult(tables, [account])


def _size(options: Mapping[str, Any]) -> Size:
    name = str(options.get("size", DEFAULT_SIZE))
    if name not in SIZES:
        raise AdapterError("", f"there is no campaign size {name!r}", nearest(name, SIZES))
    return SIZES[name]


def _seed(options: Mapping[str, Any]) -> int:
    text = str(options.get("seed", DEFAULT_SEED))
    if not text.isdecimal():
        raise AdapterError("", f"seed is {text!r}", "give a whole number from 0 on")
    return int(text)


def _regions(options: Mapping[str, Any]) -> pa.Table:
    regions = options.get("regions")
    return BOUNDARIES.read([], {}).tables["regions"] if regions is None else regions


def _tell(step: str) -> None:
    log.info("source=campaign %s", step)


CAMPAIGN = Campaign()
