"""Old division codes as today's: 110228 (密云县) of 2010 is 110118, 371202 (莱城区) of 2017 is 370116 in Jinan.

reference/adcode_changes.csv holds every change of 1980-2026 (made by `adcode_source`). A code that split is
`ambiguous` and comes with all candidates; one that leads nowhere is `not_mapped`. Both are kept and told.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Collection
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

CHANGES = Path(__file__).parent.parent / "reference" / "adcode_changes.csv"
SHAPE = r"[1-9]\d{5}"
LATEST = 9999
FIRST = 0
Numbers = NDArray[np.int64]


class CodeHistory:
    """Which division a code meant in a year, and which of `today`'s codes that is."""

    def __init__(self, today: Collection[str]) -> None:
        """`today` are the codes in use: those of the boundaries."""
        self._today = frozenset(today)
        self._ends, self._next = _ends()
        self._starts = _starts()
        self._end_keys = np.array([_key(int(code), year) for code, year in self._ends], dtype=np.int64)

    def look_up(self, codes: pd.Series, years: pd.Series | int | None = None) -> pd.DataFrame:
        """Today's code for each code and the year it was written in; no year: what it means now, else meant last.

        Shape   status: current, mapped, ambiguous, not_mapped or no_code; adcode: today's, empty unless current
                or mapped; candidates: today's codes joined by a bar; asked once for each distinct pair
        """
        given = codes.fillna("").astype("str").str.strip().str.replace(r"\.0$", "", regex=True)
        given = given.where(~given.str.fullmatch(SHAPE + "0{6}"), given.str[:6])
        asked = pd.DataFrame({"code": given, "year": LATEST if years is None else years})
        asked["year"] = pd.to_numeric(asked["year"], errors="coerce").fillna(LATEST).astype("int64")
        distinct = asked.drop_duplicates().reset_index(drop=True)
        answers = distinct.join(self._answers(distinct))
        found = asked.merge(answers, on=["code", "year"], how="left")
        return found[["status", "adcode", "candidates"]].set_index(codes.index)

    def _answers(self, distinct: pd.DataFrame) -> pd.DataFrame:
        shaped = distinct["code"].str.fullmatch(SHAPE).to_numpy(dtype=bool)
        numbers = distinct["code"].where(shaped, "0").astype("int64").to_numpy()
        places = self._holders(numbers.astype(np.int64), distinct["year"].to_numpy(dtype=np.int64))
        listed = distinct["code"].isin(self._today).to_numpy(dtype=bool)
        found = [self._successors(place) if place >= 0 else () for place in places.tolist()]
        joined = np.array(["|".join(codes) for codes in found], dtype=object)
        stays = listed & ((joined == "") | (distinct["year"] == LATEST).to_numpy(dtype=bool))
        counts = np.array([len(codes) for codes in found], dtype=np.int64)
        joined = np.where(stays, distinct["code"].to_numpy(dtype=object), joined)
        kinds = [stays, distinct["code"] == "", counts == 1, counts > 1]
        status = np.select(kinds, ["current", "no_code", "mapped", "ambiguous"], "not_mapped")
        same = (status == "mapped") & (joined == distinct["code"].to_numpy(dtype=object))
        status = np.where(same, "current", status)
        adcode = np.where(np.isin(status, ["current", "mapped"]), joined, "")
        return pd.DataFrame({"status": status, "adcode": adcode, "candidates": joined}, dtype="str")

    def _holders(self, codes: Numbers, years: Numbers) -> Numbers:
        """Which change ended the division the code meant that year; -1 where it means it still, or never did.

        Note    after the end of a division people go on writing its code: it stands for that division until the
                code is given to another
        """
        keys = _keys(codes, years)
        after = np.searchsorted(self._end_keys, keys, side="right")
        padded = np.append(self._end_keys, -1)
        has_after = padded[after] // 10_000 == codes
        has_before = (after > 0) & (padded[after - 1] // 10_000 == codes)
        start = np.searchsorted(self._starts, keys, side="right") - 1
        starts = np.append(self._starts, -1)
        held_from = np.where((start >= 0) & (starts[start] // 10_000 == codes), starts[start], -1)
        is_begun = held_from >= padded[after - 1]
        stale = has_before & ~is_begun
        return np.where(stale, after - 1, np.where(has_after, after, -1))

    def _successors(self, place: int) -> tuple[str, ...]:
        """Today's codes at the end of all chains from a change."""
        found: set[str] = set()
        waiting, seen = [place], {place}
        while waiting:
            change = waiting.pop()
            code, year = self._ends[change]
            for successor in self._next[code, year]:
                further = int(self._holders(np.array([int(successor)]), np.array([year]))[0])
                goes_on = further not in seen and further >= 0 and self._ends[further][1] > year
                if goes_on and self._is_alive(further):
                    waiting.append(further)
                    seen.add(further)
                else:
                    found |= {self._as_level(successor, code)} & self._today
        return tuple(sorted(found))

    def _is_alive(self, change: int) -> bool:
        """Whether today's codes know what became of it; they may be older than the change."""
        return self._ends[change][0] not in self._today or any(
            code in self._today for code in self._next[self._ends[change]]
        )

    def _as_level(self, successor: str, code: str) -> str:
        """A city that became a county is the city it went to: 莱芜市 is 济南市."""
        return f"{successor[:4]}00" if code.endswith("00") and not successor.endswith("00") else successor


def _key(code: int, year: int) -> int:
    return code * 10_000 + year


def _keys(codes: Numbers, years: Numbers) -> Numbers:
    return codes * 10_000 + np.clip(years, FIRST, LATEST)


@cache
def _changes() -> tuple[tuple[str, int, str], ...]:
    with CHANGES.open(encoding="utf-8", newline="") as file:
        return tuple((row["code"], int(row["year"]), row["new_code"]) for row in csv.DictReader(file))


@cache
def _ends() -> tuple[list[tuple[str, int]], dict[tuple[str, int], tuple[str, ...]]]:
    """The changes that ended the meaning of a code, by code and year, and what follows each."""
    after: dict[tuple[str, int], list[str]] = defaultdict(list)
    for code, year, new_code in _changes():
        if code:
            after[code, year] += [new_code] if new_code else []
    return sorted(after), {change: tuple(codes) for change, codes in after.items()}


@cache
def _starts() -> Numbers:
    """Code and year of every change that gave a code its meaning."""
    begun = {_key(int(new_code), year) for _, year, new_code in _changes() if new_code}
    return np.array(sorted(begun), dtype=np.int64)


def with_todays_codes(codes: pd.Series, today: Collection[str]) -> tuple[pd.Series, list[str]]:
    """Declared codes with those of earlier years replaced by today's, and what is to be told about it.

    Note    a code that split or leads nowhere stays as it is
    """
    strange = codes.ne("") & ~codes.isin(today)
    if not strange.any():
        return codes, []
    found = CodeHistory(today).look_up(codes[strange])
    mapped = found["status"] == "mapped"
    notes = [f"{int(mapped.sum())} division codes of earlier years read as today's"] if mapped.any() else []
    for status in ("ambiguous", "not_mapped"):
        places = found["status"] == status
        if places.any():
            first = sorted(set(codes[strange][places]))[:5]
            notes.append(f"{int(places.sum())} division codes {status.replace('_', ' ')}, as {', '.join(first)}: kept")
    better = found["adcode"][found["adcode"] != ""].reindex(codes.index)
    return codes.where(better.isna(), better), notes
