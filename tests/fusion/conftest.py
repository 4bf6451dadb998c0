from __future__ import annotations

import fusion_builders as make
import pytest

from data_adapters.run import SourceRun
from fusion import pipeline
from fusion.config import Config, LookoutConfig, SourceConfig


def put_in_place(monkeypatch):
    """Tables by source instead of the real sources; a text instead of tables is the error of that source."""
    sources = {
        "boundaries": {"regions": make.regions(), "boundary_lines": make.boundary_lines()},
        "region_groups": {},
        "campaign": make.campaign(),
    }

    def run_source(name, paths, options):
        tables = sources[name]
        if isinstance(tables, str):
            return SourceRun(name, "failed", tables, None, 0.0)
        return SourceRun(name, "ok", None, make.result(tables), 0.0)

    monkeypatch.setattr("fusion.sources.run_source", run_source)
    return sources


@pytest.fixture
def given(monkeypatch):
    return put_in_place(monkeypatch)


@pytest.fixture(scope="session")
def config():
    return Config(lookout=LookoutConfig(as_of=make.NOON), source=(SourceConfig(name="campaign"),))


@pytest.fixture(scope="session")
def built(config, tmp_path_factory):
    """The snapshot of the hand-made tables; for reading only."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        put_in_place(monkeypatch)
        return pipeline.build(config, tmp_path_factory.mktemp("built"), now=make.NOW)
