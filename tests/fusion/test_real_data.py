from __future__ import annotations

from pathlib import Path

import fusion_builders as make
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from fusion.config import load_config
from fusion.pipeline import build

DATA = Path(__file__).parents[3] / "shared" / "data"
FIRES = DATA / "firms" / "modis_nrt_china_20220328_20220404_from_pcc3e.csv"
PLANTS = DATA / "enterprises" / "China_raw.csv"

pytestmark = pytest.mark.skipif(not FIRES.is_file() or not PLANTS.is_file(), reason="no ../shared/data on this machine")


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("real")
    (folder / "lookout.toml").write_text(
        f"[[source]]\nname = 'firms'\npaths = ['{FIRES}', 'missing.csv']\n"
        f"[[source]]\nname = 'power_plants'\npaths = ['{PLANTS}']\n"
        "[[source]]\nname = 'satellite_grid'\npaths = ['missing/*.nc']\n",
        encoding="utf-8",
    )
    return build(load_config(folder / "lookout.toml"), folder / "snapshots", now=make.NOW)


def read(snapshot, name):
    return pq.read_table(snapshot.table(name))


def test_real_data_make_a_map_of_their_own_without_any_suspect(built):
    rows = {name: entry.rows for name, entry in built.manifest.tables.items()}
    assert rows["hotspots"] > 1000 and rows["enterprises"] > 3000 and rows["places"] == 3300
    assert [rows[name] for name in ("clues", "clue_events", "checks", "problems", "rounds", "emission_daily")] == [
        0
    ] * 6
    assert not built.manifest.is_synthetic and built.manifest.as_of.startswith("2022-04-0")


def test_states_tell_why_a_table_is_empty(built):
    states = {name: state.state for name, state in built.manifest.states.items()}
    assert states["satellite_detections"] == states["enterprises"] == "ready"
    assert states["clues"] == states["rounds"] == states["inspections"] == "not_configured"
    assert states["satellite_grid"] == "failed" and built.manifest.states["satellite_grid"].error


def test_every_row_read_is_accounted_for(built):
    for entry in built.manifest.sources:
        assert entry.read == entry.accepted + sum(entry.rejected.values())
    assert sum(bool(file.error) for entry in built.manifest.sources for file in entry.files) >= 1


def test_fire_power_of_the_map_is_that_of_the_file(built):
    raw = [float(line.split(",")[11]) for line in FIRES.read_text().splitlines()[1:]]
    fires = read(built, "hotspots")
    assert set(fires["product"].to_pylist()) == {"FIRE"} and set(fires["round_idx"].to_pylist()) == {255}
    assert pc.sum(fires["value"]).as_py() == pytest.approx(sum(raw), rel=0.01)


def test_the_map_has_the_ten_dash_line_and_says_where_its_boundaries_come_from(built):
    kinds = read(built, "geometry").filter(pc.field("level") == 9)["kind"].to_pylist()
    assert "dash_line_10" in kinds
    assert built.manifest.boundary.source and built.manifest.boundary.review_no is None
