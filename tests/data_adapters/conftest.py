"""Fixtures of the data adapters."""

from __future__ import annotations

import pyarrow as pa
import pytest

from data_adapters.places.placing import Places
from data_adapters.sources.boundaries import BOUNDARIES


@pytest.fixture(scope="session")
def national_regions() -> pa.Table:
    """The divisions that come with the packages."""
    return BOUNDARIES.read([], {}).checked().tables["regions"]


@pytest.fixture(scope="session")
def places(national_regions: pa.Table) -> Places:
    """The same divisions, ready for questions."""
    return Places(national_regions)
