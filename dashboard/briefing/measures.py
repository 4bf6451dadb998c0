"""Numbers as a briefing tells them: value, denominator, filter, and the page that shows the same number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from dashboard import urls
from dashboard.briefing.document import Figure
from dashboard.casebook.store import Casebook
from dashboard.data.filters import Filters
from dashboard.data.funnel import share
from dashboard.data.metrics import figures
from dashboard.data.store import Loaded
from dashboard.i18n import Words
from fusion.metrics import Metric, dictionary

# Counts of clues whose list is on the page of clues.
STAGES = {
    "clues_pushed": "pushed",
    "clues_with_verdict": "checked",
    "clues_confirmed": "confirmed",
    "clues_fixed": "fixed",
    "clues_overdue": "overdue",
}
CHECKED = frozenset({
    "enterprises_checked", "enterprises_distinct", "checks", "enterprises_with_problems", "problems",
    "prominent_problems", "problem_found_rate", "problems_per_enterprise", "prominent_per_enterprise",
    "prominent_share", "falsification_share",
})  # fmt: skip
LOOP = frozenset({
    "answered_rate", "acceptance_rate", "accepted_within_24h_rate", "verdict_rate", "hit_rate", "hit_rate_at_6",
    "area_check_rate", "rectification_rate", "rectification_rate_all", "on_time_rate", "hours_to_close_p50",
    "hours_to_close_p90", "hours_to_close_survival_p50", "relapse_rate", "supervision_reply_rate",
    "supervision_verified_rate",
})  # fmt: skip


@dataclass
class Measures:
    """The dictionary over one snapshot, in one language; a filter state is asked once, whole."""

    loaded: Loaded
    casebook: Casebook
    t: Words
    _asked: dict[str, dict[str, Mapping[str, Any]]] = field(default_factory=dict)

    def entry(self, metric_id: str, filters: Filters) -> Mapping[str, Any]:
        """A figure as the API answers it for this filter."""
        query = filters.query()
        if query not in self._asked:
            self._asked[query] = {
                one["id"]: one for one in figures(self.loaded, filters, casebook=self.casebook)["metrics"]
            }
        return self._asked[query][metric_id]

    def figure(self, metric_id: str, filters: Filters) -> Figure:
        """A figure of the dictionary."""
        one = self.entry(metric_id, filters)
        kind, value = one["kind"], one["value"]
        return Figure(
            metric=metric_id,
            label=one[f"name_{self.t.language}"],
            text="—" if value is None else written(kind, value),
            unit=self._unit(one),
            value=value,
            part=one["numerator"],
            whole=one["denominator"],
            basis=self.basis(dictionary().get(metric_id), one["numerator"], one["denominator"]),
            filters=filters.query(),
            link=self.link(metric_id, filters),
            why=one[f"why_{self.t.language}"],
            lacks=one["lacks"],
        )

    def counted(self, metric_id: str, value: int, filters: Filters, label: str = "") -> Figure:
        """A count that a page's own query gave: the dictionary's where `metric_id` is one of its ids."""
        metric = dictionary().metric.get(metric_id)
        name = label or (getattr(metric, f"name_{self.t.language}") if metric else metric_id)
        return Figure(
            metric=metric_id, label=name, text=f"{value:,}", value=value, part=value,
            filters=filters.query(), link=self.link(metric_id, filters),
        )  # fmt: skip

    def rate(self, metric_id: str, part: int, whole: int, filters: Filters) -> Figure:
        """A rate of the dictionary out of two counts of a page's query; none where there are too few."""
        metric = dictionary().get(metric_id)
        value = part / whole if whole >= metric.minimum else None
        return Figure(
            metric=metric_id,
            label=getattr(metric, f"name_{self.t.language}"),
            text="—" if value is None else written(metric.kind, value),
            value=value,
            part=part,
            whole=whole,
            basis=f"{part:,} / {whole:,}",
            filters=filters.query(),
            link=self.link(metric_id, filters),
            why="" if value is not None else self.t("briefing.too_few", least=metric.minimum),
        )

    def basis(self, metric: Metric, part: float | None, whole: float | None) -> str:
        """Of how many, in words."""
        if part is None or metric.kind == "count":
            return ""
        if metric.kind == "duration":
            return self.t("briefing.basis.duration", part=f"{part:,.0f}", whole=f"{whole or 0:,.0f}")
        told = f"{part:,.0f} / {whole or 0:,.0f}"
        names = [self._name(text) for text in (metric.numerator, metric.denominator)]
        return self.t("briefing.basis.named", part=names[0], whole=names[1], numbers=told) if all(names) else told

    def bounds(self, one: Figure) -> str:
        """The 95 % bounds of a share; nothing where it has none."""
        if one.value is None or one.part is None or one.whole is None:
            return ""
        told = share(int(one.part), int(one.whole))
        return "" if told["low"] is None else f"{100 * told['low']:.1f}–{100 * told['high']:.1f}%"

    def link(self, metric_id: str, filters: Filters) -> str:
        """The page that shows a number, its filter in the address."""
        if metric_id.startswith("loop."):
            return self.address(urls.CLUES, filters, view="all", stage=metric_id.removeprefix("loop."))
        if metric_id == "clues" or metric_id in STAGES:
            return self.address(urls.CLUES, filters, view="all", stage=STAGES.get(metric_id, ""))
        if metric_id in LOOP:
            return self.address(urls.LOOP, filters)
        is_checked = metric_id in CHECKED or metric_id.startswith("rounds.")
        if is_checked and filters.rounds and replace(filters, rounds=(), region="", industry=()) == Filters():
            span = {"from": filters.rounds[0], "to": filters.rounds[-1]}
            return self.address(urls.ROUNDS, replace(filters, rounds=()), **span)
        return self.address(urls.SITUATION, filters)

    def address(self, path: str, filters: Filters | None = None, **more: str) -> str:
        """A page's address with a filter, in the language of the briefing."""
        query = filters.query() if filters else ""
        own = urlencode({name: text for name, text in {**more, "lang": self._language()}.items() if text})
        told = "&".join(part for part in (query, own) if part)
        return f"{path}?{told}" if told else path

    def _unit(self, one: Mapping[str, Any]) -> str:
        """The unit beside a value; where the name says it already, or per cent does, none."""
        is_said = one["kind"] == "share" or (one["kind"] == "ratio" and self.t.language == "en")
        return "" if is_said or one["value"] is None else str(one[f"unit_{self.t.language}"])

    def _language(self) -> str:
        return "en" if self.t.language == "en" else ""

    def _name(self, text: str) -> str:
        metric = dictionary().metric.get(text)
        return getattr(metric, f"name_{self.t.language}") if metric else ""


def written(kind: str, value: float) -> str:
    """A value as it is written: counts whole, shares in per cent, rates with two places, hours with one."""
    if kind == "share":
        return f"{100 * value:.1f}%" if not value or abs(value) >= SMALL_SHARE else f"{100 * value:.3f}%"
    if kind in ("ratio", "lift"):
        return f"{value:.2f}"
    return f"{value:,.1f}" if kind == "duration" else f"{value:,.0f}"


def changed(change: float | None) -> str:
    """A change in per cent, with its sign."""
    return "—" if change is None else f"{100 * change:+z.1f}%"


SMALL_SHARE = 0.001
