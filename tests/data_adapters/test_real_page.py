"""docs/real-files.md says of every real file what reading it gives; here the page is made anew and compared.

`python -m tests.data_adapters.test_real_page ../shared/data > docs/real-files.md` writes it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from data_adapters.run import run_source

PAGE = Path(__file__).resolve().parents[2] / "docs" / "real-files.md"
Case = tuple[str, str, dict[str, Any]]  # file, source, options; $ stands for the folder of real files

CASES: tuple[Case, ...] = (
    ("ambient/prsa/*.csv", "mapped", {"mapping": "prsa_air"}),
    ("ambient/prsa/*.csv", "mapped", {"mapping": "prsa_weather"}),
    ("ambient/cnemc_snapshot_20180220T07.json", "mapped", {"mapping": "cnemc_hours"}),
    ("ambient/cnemc_snapshot_20180220T07.json", "stations", {}),
    ("ambient/caqra/*.csv", "province_days", {}),
    ("ambient/cnemc_regions/*.nc", "region_days", {}),
    ("ambient/cnemc_regions/CNEMC_PM25.nc", "region_days", {"year": "2014", "day": "11-10"}),
    ("weather/*.nc", "wind_grid", {}),
    ("weather/*.nc", "wind_grid", {"time": "2023-07-01T08:00"}),
    ("cems/*.csv", "stack_items", {}),
    ("cases/*.csv", "mapped", {"mapping": "madep_penalties"}),
    ("plumes/*.csv", "plumes", {}),
    ("enterprises/China_raw.csv", "power_plants", {}),
    ("enterprises/database_CDMDB.csv", "power_plants", {}),
    ("enterprises/database_GEODB.csv", "power_plants", {}),
    ("enterprises/database_GEODB.csv", "power_plants", {"country": "all"}),
    ("enterprises/enterprises_flat.csv", "enterprise_register", {}),
    ("enterprises/outlet_pollutant_trend_flat.csv", "outlet_limits", {}),
    (
        "enterprises/outlet_pollutant_trend_flat.csv",
        "outlet_limits",
        {"register": "$/enterprises/enterprises_flat.csv"},
    ),
    ("hj212/messages_dev.*", "hj212", {}),
    ("firms/*.csv", "firms", {}),
    ("boundaries/*.topojson", "boundaries", {}),
    ("boundaries/tianditu_lines.geojson", "boundaries", {}),
    ("boundaries/mca_divisions_20260911.json", "divisions", {}),
)
# Lists behind reference tables, and one that nothing asks for.
REFERENCES = {
    "boundaries/adcode_historical_changes_1980_2020.json": "`python -m data_adapters.places.adcode_source`: 5,276 "
    "events give 5,062 changes of codes in `reference/adcode_changes.csv` (test_adcodes.py)",
    "hj212/pollutant_codes_2017_2005.csv": "379 rows, 377 codes; all 121 of "
    "`hj212/reference/factor_codes.csv` are among them (test_real_sources.py)",
    "hj212/exinfo_hebei_device_state_codes.csv": "names of the states of a device; not read, no table holds them",
}

HEAD = """# Real files

Made by `python -m tests.data_adapters.test_real_page ../shared/data`; do not edit. A test makes it anew and compares.

What became of every row of the real sample files, each file by itself: `read = accepted + rejected by reason`.
Paths are those below the folder of real files, which is no part of this repository. One command reads a file:
`python -m data_adapters read SOURCE FILE --option name=value`.

| file | source and options | read | accepted | rejected | tables |
|---|---|--:|--:|---|---|
"""
NOTES = """
## How to read the numbers
- **PRSA** (`prsa_air`, `prsa_weather`): two categories from one file, so two readings. CO is ug/m3 in the file
  and mg/m3 in the table. `flag` is made: N where a pollutant is given, H where all six are missing. Relative
  humidity is reckoned from temperature and dew point (Magnus); visibility is not in the file and stays empty. A
  row without wind, direction, temperature, pressure or rain is refused as `missing`: the table wants them.
- **CNEMC snapshot**: `-;` is nothing. The hour is taken as labelled, here as in PRSA: neither file says whether
  the label is the start or the end of the hour.
- **CAQRA** is a reanalysis, not a measurement: `place_code` is `CAQRA:340000`, no `city_adcode`. O3 stands as
  `O3_24H`: the file does not say that it is a maximum 8 h mean, and its AQI takes no notice of it. A row gives
  six values.
- **Regional NetCDF**: no dates and no names of cities inside. Without options `year` and `day` all values are
  refused as `no_date`; the dates of the example above are an example, not knowledge. `ND` files hold a series
  freed of mean and season: values below zero are no concentrations.
- **Wind grid**: the file states no time, so without option `time` every cell is refused as `missing`. Boundary
  layer and wind at 925 hPa are not in it and stay empty; temperature has no place in the table. Cells north of
  56 degrees are outside the range of the catalogue.
- **Stack items** (Yilan): `cems_readings` holds all values as sent (ppm, %), `cems_minutes` the gases in mg/m3
  (C = M / 22.4 ppm; SO2 64, NOx as NO2 46, CO 28, HCl 36.5 g/mol). No flag is in the file: the column says
  `none`.
- **MADEP**: names of firms and persons stay in the file; refused values are masked. An order that states
  no fine has none. `not_a_date` are days that do not exist, or dates whose year is not the row's `Year`. Fines in
  USD are made CNY at the mean rate of the year. `enterprise_id` is `not_resolved`, `fact_code` is `other`;
  `during_alert` and `is_closed` stay empty.
- **Plumes** are those of the whole world; a rate of 0 (one) and a missing one (one) are kept apart.
- **Outlets**: `not_air` is waste water, `no_concentration` the furnace temperature, `out_of_range` a limit of
  0. The list has names only: with the register ids and permit numbers are found by name, and `outlet_id` is the
  same either way in form.
- **Divisions**: nine counties of the list of 2026 have no outline in the boundaries that come along.

## Files that no source reads
"""


def plain_options(options: Mapping[str, Any]) -> str:
    return "".join(f" --option {name}={value}" for name, value in options.items())


def accounts(folder: Path) -> Iterator[tuple[str, str, Any, Any]]:
    """File, command, account and result of each case, each file read by itself."""
    for pattern, source, options in CASES:
        given = {name: str(value).replace("$", str(folder)) for name, value in options.items()}
        for path in sorted(folder.glob(pattern)):
            run = run_source(source, [path], given)
            assert run.error is None and run.result is not None, run.error
            yield (
                path.relative_to(folder).as_posix(),
                f"{source}{plain_options(options)}",
                run.result.files[0],
                run.result,
            )


def page(folder: Path) -> str:
    lines = []
    for file, command, account, result in accounts(folder):
        rejected = ", ".join(f"{reason} {count:,}" for reason, count in account.rejected.items())
        tables = ", ".join(f"{name} {table.num_rows:,}" for name, table in result.tables.items())
        lines.append(f"| {file} | `{command}` | {account.read:,} | {account.accepted:,} | {rejected} | {tables} |")
    references = "".join(f"- `{file}`: {told}\n" for file, told in REFERENCES.items())
    return HEAD + "\n".join(lines) + "\n" + NOTES + references


def test_page_tells_what_reading_gives(shared_data):
    assert page(shared_data) == PAGE.read_text("utf-8")


def test_every_real_file_is_named(shared_data):
    told = PAGE.read_text("utf-8")
    files = [path.relative_to(shared_data).as_posix() for path in shared_data.rglob("*") if path.is_file()]
    assert [file for file in files if file != "README.md" and file not in told] == []


def test_no_row_of_a_real_file_is_lost(shared_data):
    unbalanced = [file for file, _, account, _ in accounts(shared_data) if account.error or not account.is_balanced]
    assert unbalanced == []


if __name__ == "__main__":
    sys.stdout.write(page(Path(sys.argv[1]).resolve()))
