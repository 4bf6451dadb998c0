"""What the sections of one briefing share: the viewer's snapshot, the loop, the period, the words, what was asked."""

from __future__ import annotations

import string
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from dashboard.briefing.document import Cell, Figure, Link, Parts, Sentence
from dashboard.briefing.measures import Measures
from dashboard.briefing.periods import Period, Wish
from dashboard.briefing.recipes import Recipe
from dashboard.data import briefing, rounds
from dashboard.data.filters import Filters
from dashboard.data.loop import Loop
from dashboard.data.metrics import untold
from dashboard.data.store import Loaded
from dashboard.i18n import Words

Made = TypeVar("Made")
# The sources that what is told of checks, and of clues, rests on.
CHECKS = ("inspections", "problems")
CLUES = ("clues", "clue_events")
# What the rules read that suggest an order or a listing.
SUGGESTING = ("emission_series", "cems_readings")


@dataclass
class Making:
    """One briefing while it is made. `standing`: the filter of what is open now, whenever it was found."""

    loaded: Loaded
    now: Loop
    recipe: Recipe
    wish: Wish
    period: Period
    t: Words
    measures: Measures
    _made: dict[str, Any] = field(default_factory=dict)

    @property
    def filters(self) -> Filters:
        """The filter of the period."""
        return self.period.filters

    @property
    def standing(self) -> Filters:
        """The region alone."""
        return Filters(region=self.period.filters.region)

    @property
    def place_words(self) -> str:
        """The region in words: what was named, else what the reader may see."""
        region = self.filters.region
        if not region:
            return self.t("place.country") if self.loaded.scope.regions is None else self.t("briefing.own_region")
        if region.startswith("g:"):
            text = "select name_zh, name_en from place_groups where group_code = $code limit 1"
            found = self.loaded.cursor().execute(text, {"code": region[2:]}).fetchall()
            return str(found[0][0 if self.t.language == "zh" else 1]) if found else region
        named = [place for place in briefing.places(self.loaded).values() if place.adcode == region]
        return str(getattr(named[0], f"name_{self.t.language}")) if named else region

    @property
    def tables(self) -> dict[str, list[dict[str, Any]]]:
        """The tables of the period."""
        return self.once("tables", lambda: briefing.tables(self.loaded, self.filters, self.now.casebook))

    @property
    def whole_tables(self) -> dict[str, list[dict[str, Any]]]:
        """The same without a group of cities, whose members change: places are told whole."""
        if not self.filters.region.startswith("g:"):
            return self.tables
        everywhere = replace(self.filters, region="")
        return self.once("whole", lambda: briefing.tables(self.loaded, everywhere, self.now.casebook))

    @property
    def compared(self) -> dict[str, Any] | None:
        """The period against the one before, over common cities; none where there is none before."""
        return self.once("compared", self._compared)

    def once(self, name: str, make: Callable[[], Made]) -> Made:
        """What `make` gives, made when first asked for."""
        if name not in self._made:
            self._made[name] = make()
        found: Made = self._made[name]
        return found

    def untold(self, *sources: str) -> str:
        """Which of these sources failed or are not connected, in words; nothing where all were read."""
        missed = untold(self.loaded.manifest, sources)
        told = []
        for state in dict.fromkeys(missed.values()):
            names = [self.t(f"table.{source}") for source, its_state in missed.items() if its_state == state]
            told.append(self.t(f"source.is_{state}", name=self.t("dossier.and").join(names)))
        return self.t("dossier.and").join(told)

    def counts(self, cohorts: tuple[str, ...]) -> dict[str, Figure]:
        """Clues that are so now, each openable."""
        found = self.once("cohorts" + ",".join(cohorts),
                          lambda: briefing.cohort_counts(self.now, self.standing, cohorts))  # fmt: skip
        return {name: self.measures.counted(f"loop.{name}", n, self.standing) for name, n in found.items()}

    def figure(self, metric_id: str, filters: Filters | None = None) -> Figure:
        """A figure of the dictionary, of the period unless another filter is given; with its change if it has one."""
        one = self.measures.figure(metric_id, filters or self.filters)
        return replace(one, change=self.change(metric_id)) if filters is None else one

    def change(self, metric_id: str) -> str:
        """How a rate per enterprise changed over the common cities, in words."""
        compared = self.compared
        found = next((one for one in compared["metrics"] if one["id"] == metric_id), None) if compared else None
        if compared is None or found is None:
            return ""
        if found["change"] is None:
            return self.t("briefing.change.none", before=self.period.words_before)
        told = f"{100 * found['change']:+z.1f}%"
        return self.t("briefing.change", change=told, n=compared["n_cities"])

    def parts(self, key: str, **cells: Cell) -> Parts:
        """A text of the catalogue with numbers set into its places."""
        out: list[Cell] = []
        for literal, name, _, _ in string.Formatter().parse(self.t(key)):
            if literal:
                out.append(literal)
            if name is not None:
                out.append(cells[name])
        return tuple(out)

    def sentence(self, key: str, **cells: Cell) -> Sentence:
        """The same as a block."""
        return Sentence(self.parts(key, **cells))

    def name(self, row: dict[str, Any], prefix: str = "name") -> str:
        """A name of a row in the language of the briefing."""
        return str(row[f"{prefix}_{self.t.language}"] or "—")

    def place(self, place_idx: int) -> str:
        """A division by its number."""
        found = briefing.places(self.loaded).get(place_idx)
        return getattr(found, f"name_{self.t.language}") if found else "—"

    def team(self, row: dict[str, Any]) -> str:
        """Who has a clue, by name; a team that the register does not name by its code."""
        return str(row[f"team_{self.t.language}"] or row["team_code"] or "—")

    def clue(self, row: dict[str, Any]) -> Link:
        """A clue by what it is about, opening its page."""
        about = row.get("enterprise") or row.get("cell_id") or row["clue_id"]
        return Link(str(about), self.measures.address("/clues", None, open=str(row["clue_id"])))

    def _compared(self) -> dict[str, Any] | None:
        before = self.period.before
        if before is None or self.untold(*CHECKS):
            return None
        if self.period.kind == "round":
            one, other = self.filters.rounds[0], before.rounds[0]
            return rounds.against(self.loaded, Filters(region=self.filters.region), one, other)
        return briefing.against(self.loaded, self.filters, before)
