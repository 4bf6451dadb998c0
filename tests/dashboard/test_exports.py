from __future__ import annotations

import csv
import io
import json
from urllib.parse import parse_qsl

import pyarrow as pa
import pytest
from snapshot_builders import HOSTILE_NAMES, doctored, with_names

from dashboard.data import export, queries
from dashboard.data.filters import Filters, parse

FILES = [(table, form) for table, forms in export.FORMS.items() for form in forms]
QUERIES = ("", "region=140000&severity=1", "rounds=2023-R02&industry=steel", "region=999999")


def rows_of(body: bytes) -> list[dict[str, str]]:
    assert body.startswith(export.BOM)
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize(("table", "form"), FILES)
def test_a_file_holds_exactly_what_is_in_scope(client, data, table, form, query):
    answer = client.get(f"{data}/export/{table}.{form}?{query}")
    assert answer.status_code == 200
    rows = rows_of(answer.data) if form == "csv" else json.loads(answer.data)["features"]
    assert len(rows) == int(answer.headers["X-Lookout-Rows"])
    if table == "clues":
        total = queries.clue_rows(client.application.config["lookout.store"].current().cursor(), parsed(query), 0, 1)[1]
        assert len(rows) == total


def parsed(query: str) -> Filters:
    return parse(dict(parse_qsl(query)))[0]


@pytest.mark.parametrize(("table", "form"), FILES)
def test_every_row_and_the_name_of_the_file_say_that_the_data_are_invented(client, data, table, form):
    answer = client.get(f"{data}/export/{table}.{form}")
    rows = rows_of(answer.data) if form == "csv" else [f["properties"] for f in json.loads(answer.data)["features"]]
    assert rows and {row["data_origin"] for row in rows} == {"synthetic"}
    assert f"synthetic-{table}" in answer.headers["Content-Disposition"]
    assert answer.headers["Content-Disposition"].endswith(f'.{form}"')


def test_a_real_snapshot_is_called_real(root, tmp_path, app_over):
    snapshot = doctored(root, tmp_path, manifest=lambda m: m.update(is_synthetic=False))
    answer = app_over(tmp_path).get(f"/data/{snapshot.id}/export/checks.csv")
    assert {row["data_origin"] for row in rows_of(answer.data)} == {"real"}
    assert "synthetic" not in answer.headers["Content-Disposition"]


def test_an_empty_answer_is_a_file_with_a_head_and_no_rows(client, data):
    answer = client.get(f"{data}/export/clues.csv?region=999999")
    assert rows_of(answer.data) == []
    assert b"clue_id" in answer.data and b"data_origin" in answer.data
    assert json.loads(client.get(f"{data}/export/hotspots.geojson?region=999999").data)["features"] == []


@pytest.mark.parametrize("table", ["enterprises", "clues"])
def test_no_cell_of_a_csv_is_a_formula(hostile_root, app_over, table):
    client = app_over(hostile_root)
    snapshot_id = client.get("/data/version").get_json()["id"]
    rows = rows_of(client.get(f"/data/{snapshot_id}/export/{table}.csv").data)
    names = {row["enterprise"] for row in rows}
    for name in HOSTILE_NAMES:
        assert (f"'{name}" if name[0] in "=+-@" else name) in names
    for row in rows:
        for column, value in row.items():
            is_number = value.replace(".", "", 1).replace("-", "", 1).isdigit()
            assert is_number or not value.startswith(("=", "+", "-", "@", "\t", "\r")), (column, value)


@pytest.mark.parametrize("column", ["permit_no", "uscc", "enterprise_id"])
def test_no_other_text_of_a_register_is_a_formula_either(root, tmp_path, app_over, column):
    names = tuple(f"=cmd{n}" for n in range(400))
    snapshot = doctored(root, tmp_path, tables={"enterprises": with_names(names, column)})
    rows = rows_of(app_over(tmp_path).get(f"/data/{snapshot.id}/export/enterprises.csv").data)
    assert {row[column][0] for row in rows} == {"'"}


def test_hotspots_are_the_squares_they_are_not_squares_of_degrees(client, data):
    features = json.loads(client.get(f"{data}/export/hotspots.geojson?rounds=2023-R02").data)["features"]
    assert features
    for feature in features:
        (ring,) = feature["geometry"]["coordinates"]
        assert ring[0] == ring[-1] and len({tuple(corner) for corner in ring}) == 4
        lons, lats = [corner[0] for corner in ring[:4]], [corner[1] for corner in ring[:4]]
        assert len(set(lons)) == len(set(lats)) == 4
        assert 0.02 < max(lons) - min(lons) < 0.06 and 0.02 < max(lats) - min(lats) < 0.05
        assert min(lons) <= feature["properties"].get("lon_deg", sum(lons) / 4) <= max(lons)


def test_a_point_without_coordinates_has_no_geometry(root, tmp_path, app_over):
    def unplaced(table):
        index = table.schema.get_field_index("lon_deg")
        return table.set_column(index, table.schema.field("lon_deg"), pa.nulls(table.num_rows, pa.float64()))

    snapshot = doctored(root, tmp_path, tables={"enterprises": unplaced})
    client = app_over(tmp_path)
    features = json.loads(client.get(f"/data/{snapshot.id}/export/enterprises.geojson").data)["features"]
    assert {feature["geometry"] for feature in features} == {None}


def test_the_row_numbers_of_the_program_are_not_given_away(client, data):
    head = client.get(f"{data}/export/clues.csv?region=999999").data.decode("utf-8-sig").splitlines()[0]
    assert not set(export.INTERNAL) & set(head.replace('"', "").split(","))


@pytest.mark.parametrize("path", ["teams.csv", "clues.xlsx", "clues.parquet", "checks.geojson", "clues.sql"])
def test_other_files_are_not_there(client, data, path):
    assert client.get(f"{data}/export/{path}").status_code == 404


def test_a_file_says_which_filters_made_it_and_its_type_once(client, data):
    answer = client.get(f"{data}/export/clues.csv?severity=2,1&foo=bar")
    assert answer.headers["X-Lookout-Filter"] == "severity=1%2C2"
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
