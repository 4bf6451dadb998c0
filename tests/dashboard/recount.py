"""An independent count over the Parquet files: numpy masks, none of the dashboard's SQL."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from dashboard.data.filters import STATUS_GROUPS, Filters
from fusion.snapshot import Snapshot

Columns = dict[str, np.ndarray]
NOWHERE = 65535


class Recount:
    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        for name in ("clues", "checks", "enterprises", "hotspots", "places", "place_groups", "rounds", "industries",
                     "rules", "emission_daily", "coverage"):  # fmt: skip
            table = pq.read_table(snapshot.table(name))
            columns = {column: table[column].to_numpy(zero_copy_only=False) for column in table.column_names}
            setattr(self, name, columns)
        self.checks["lon_deg"] = self.enterprises["lon_deg"][self.checks["enterprise_idx"]]
        self.checks["lat_deg"] = self.enterprises["lat_deg"][self.checks["enterprise_idx"]]

    def place(self, code: str) -> int:
        """The place that a code means; a municipality's code means the province."""
        rows = np.flatnonzero(self.places["adcode"] == code)
        return int(rows[np.argmin(self.places["level"][rows])]) if len(rows) else -1

    def in_region(self, region: str, rows: Columns, days: np.ndarray) -> np.ndarray:
        n = len(rows["city_idx"])
        if not region:
            return np.ones(n, dtype=bool)
        if region.startswith("g:"):
            return self._in_group(region[2:], rows["city_idx"], days)
        place = self.place(region)
        if place < 0:
            return np.zeros(n, dtype=bool)
        level = self.places["level"][place]
        if level == 2:
            return rows["county_idx"] == place
        if level == 1:
            return rows["city_idx"] == place
        cities = np.flatnonzero((self.places["parent_idx"] == place) & (self.places["level"] == 1))
        return np.isin(rows["city_idx"], cities)

    def _in_group(self, code: str, cities: np.ndarray, days: np.ndarray) -> np.ndarray:
        inside = np.zeros(len(cities), dtype=bool)
        groups = self.place_groups
        for i in np.flatnonzero(groups["group_code"] == code):
            end = groups["valid_to"][i]
            own = (cities == groups["city_idx"][i]) & (days >= groups["valid_from"][i])
            inside |= own & (np.isnat(end) | (days < end))
        return inside

    def industries_of(self, codes: tuple[str, ...]) -> np.ndarray:
        return self.industries["industry_idx"][np.isin(self.industries["code"], codes)]

    def _extent(self, filters: Filters, rows: Columns) -> np.ndarray:
        if filters.extent is None:
            return np.ones(len(rows["city_idx"]), dtype=bool)
        west, south, east, north = filters.extent
        lon, lat = rows["lon_deg"].astype(float), rows["lat_deg"].astype(float)
        return (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)

    def _when(self, filters: Filters, rows: Columns, days: np.ndarray) -> np.ndarray:
        keep = np.ones(len(days), dtype=bool)
        if filters.rounds:
            wanted = self.rounds["round_idx"][np.isin(self.rounds["round_code"], filters.rounds)]
            keep &= np.isin(rows["round_idx"], wanted)
        if filters.from_date:
            keep &= days >= np.datetime64(filters.from_date)
        if filters.to_date:
            keep &= days < np.datetime64(filters.to_date + timedelta(days=1))
        return keep

    def _scope(self, filters: Filters, rows: Columns, day_column: str, *, is_industrial: bool = True) -> np.ndarray:
        days = rows[day_column].astype("datetime64[D]")
        keep = self.in_region(filters.region, rows, days) & self._extent(filters, rows)
        keep &= self._when(filters, rows, days)
        if filters.industry and is_industrial:
            keep &= np.isin(rows["industry_idx"], self.industries_of(filters.industry))
        return keep

    def clue_mask(self, filters: Filters) -> np.ndarray:
        rows = self.clues
        keep = self._scope(filters, rows, "detected_date")
        for column, chosen in (("category", filters.category), ("severity", filters.severity)):
            if chosen:
                keep &= np.isin(rows[column], chosen)
        if filters.pollutant:
            keep &= rows["pollutant"] == filters.pollutant
        if filters.rule:
            wanted = self.rules["rule_idx"][np.isin(self.rules["rule_id"], filters.rule)]
            keep &= np.isin(rows["rule_idx"], wanted)
        if filters.status:
            states = [state for group in filters.status for state in STATUS_GROUPS[group]]
            keep &= np.isin(rows["state"], states)
        return keep

    def clue_ids(self, filters: Filters) -> set[str]:
        return set(self.clues["clue_id"][self.clue_mask(filters)])

    def enterprise_ids(self, filters: Filters, as_of: date) -> set[str]:
        rows = self.enterprises
        days = np.full(len(rows["city_idx"]), np.datetime64(as_of))
        keep = self.in_region(filters.region, rows, days) & self._extent(filters, rows)
        if filters.industry:
            keep &= np.isin(rows["industry_idx"], self.industries_of(filters.industry))
        return set(rows["enterprise_id"][keep])

    def hotspot_keys(self, filters: Filters) -> set[tuple[Any, ...]]:
        rows = self.hotspots
        keep = np.flatnonzero(self._scope(filters, rows, "date", is_industrial=False))
        columns = (
            rows["product"],
            rows["date"].astype("datetime64[D]").astype(str),
            rows["cell_col"],
            rows["cell_row"],
        )
        return {tuple(column[i] for column in columns) for i in keep}

    def check_mask(self, filters: Filters) -> np.ndarray:
        return self._scope(filters, self.checks, "checked_date")

    def check_cells(self, filters: Filters) -> dict[tuple[int, int], tuple[int, int, int, int, int]]:
        """By city and round: enterprises, checks, enterprises with problems, problems, prominent problems."""
        rows, cells = self.checks, {}
        for i in np.flatnonzero(self.check_mask(filters)):
            cells.setdefault((int(rows["city_idx"][i]), int(rows["round_idx"][i])), []).append(i)
        return {key: self._tally(np.array(members)) for key, members in cells.items()}

    def _tally(self, members: np.ndarray) -> tuple[int, int, int, int, int]:
        rows = self.checks
        enterprises, problems = rows["enterprise_idx"][members], rows["n_problems"][members]
        found = len(set(enterprises[problems > 0]))
        prominent = int(rows["n_prominent"][members].sum())
        return len(set(enterprises)), len(members), found, int(problems.sum()), prominent

    def trend(self, filters: Filters, pollutant: str) -> dict[str, tuple[int, float, int, int]]:
        """By day: enterprises with a concentration, its mean, valid hours, exceedance hours."""
        rows, own = self.emission_daily, self.enterprises
        firms = self._extent(filters, own)
        if filters.industry:
            firms &= np.isin(own["industry_idx"], self.industries_of(filters.industry))
        keep = (rows["pollutant"] == pollutant) & firms[rows["enterprise_idx"]]
        days = rows["date"].astype("datetime64[D]")
        owners = {name: own[name][rows["enterprise_idx"]] for name in ("city_idx", "county_idx")}
        keep &= self.in_region(filters.region, owners, days)
        answer = {}
        for day in np.unique(days[keep]):
            at = keep & (days == day)
            values = rows["concentration_mg_m3"][at]
            known = values[~np.isnan(values)].astype(float)
            mean = float(known.mean()) if len(known) else float("nan")
            answer[str(day)] = (
                len(known),
                mean,
                int(rows["valid_hours"][at].sum()),
                int(rows["exceed_hours"][at].sum()),
            )
        return answer
