"""The steps of the tour: where each goes, what it points at, and its sentences, with the numbers of the snapshot."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from babel.numbers import format_decimal, format_percent

from dashboard import urls
from dashboard.data import metrics
from dashboard.data.filters import Filters
from dashboard.data.layers import sql
from dashboard.data.store import Loaded
from dashboard.i18n import Words

REACH_KM = 3.0
DAYS_SHOWN = 10
FIGURES = (
    "clues", "clues_pushed", "clues_answered", "clues_with_verdict", "clues_fixed", "clues_overdue",
    "enterprises_checked", "problems", "prominent_problems", "problems_per_enterprise", "hit_rate",
)  # fmt: skip
Case = dict[str, Any]
Figures = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Step:
    """One stop.

    Shape   page: who may see that page may take this step; path, query: its address; target: what is pointed at, a CSS
            selector, or `at`: a position of the map in degrees
    """

    key: str
    page: str
    path: str
    query: dict[str, str]
    target: str
    at: tuple[float, float] | None = None


FIGURE_STEPS = (
    Step("loop", "loop", urls.LOOP, {}, '[data-loop="funnel"]'),
    Step("rounds", "rounds", urls.ROUNDS, {}, "#rounds-sentence"),
)
LAST = Step("all_rules", "methods", urls.METHODS, {}, "#methods-tally")


def tour(loaded: Loaded, t: Words, may: Callable[[str], bool]) -> list[dict[str, Any]]:
    """The steps that `may` be taken, in words; those of which the snapshot knows nothing are left out."""
    case, figures = loaded.remembered("tour", lambda: (tour_case(loaded), _figures(loaded)))
    values = _values(case, figures, t)
    taken = [step for step in (*_case_steps(case), *FIGURE_STEPS, *_rule_steps(case), LAST) if may(step.page)]
    return [_told(step, t, values) for step in taken]


def tour_case(loaded: Loaded) -> Case | None:
    """The clue that the tour tells of, with enterprise and cell: columns of `tour_case.sql`; None if there is none."""
    last = date.fromisoformat(loaded.manifest.as_of[:10])
    asked = {"since": last - timedelta(days=DAYS_SHOWN - 1), "reach_km": REACH_KM}
    found: list[Case] = loaded.cursor().sql(sql("tour_case"), params=asked).to_arrow_table().to_pylist()
    return found[0] if found else None


def _figures(loaded: Loaded) -> dict[str, dict[str, Any]]:
    answer = metrics.figures(loaded, Filters(), FIGURES)
    return {one["id"]: one for one in answer["metrics"]}


def _case_steps(case: Case | None) -> list[Step]:
    """From the red cell to what was done: told only where there is such a case."""
    if case is None:
        return []
    cell = (case["cell_lon"], case["cell_lat"])
    seen = {"map": f"{cell[0]:.3f},{cell[1]:.3f},9.5"}
    near = {"map": f"{cell[0]:.3f},{cell[1]:.3f},12"}
    chosen = {"sel": f"clue:{case['clue_idx']}", **near}
    evidence = [
        Step("why", "situation", urls.SITUATION, chosen, "#situation-card .evidence-figure"),
        Step("against", "situation", urls.SITUATION, chosen, "#situation-card .evidence-kinds"),
    ]
    return [
        Step("cell", "situation", urls.SITUATION, seen, "", cell),
        Step("enterprises", "situation", urls.SITUATION, near, "", cell),
        Step("clue", "situation", urls.SITUATION, chosen, "#situation-card"),
        *(evidence if case["supports"] else []),
        Step("push", "clues", urls.CLUES, {"view": "all", "open": case["clue_id"]}, "#clues-drawer .drawer-desk"),
    ]


def _rule_steps(case: Case | None) -> list[Step]:
    """How often the rule of the case was right."""
    if case is None:
        return []
    rule = case["rule_id"]
    return [Step("methods", "methods", urls.METHODS, {"rule": rule}, f'#methods-table [data-rule="{rule}"]')]


def _told(step: Step, t: Words, values: Mapping[str, str]) -> dict[str, Any]:
    query = step.query | {"lang": t.language}
    kept = {name: value for name, value in asdict(step).items() if name not in ("query", "page")}
    text = t(f"tour.{step.key}", **values)
    return kept | {"query": urlencode(query, safe=",:"), "title": t(f"tour.{step.key}.title"), "text": text}


def _values(case: Case | None, figures: Figures, t: Words) -> dict[str, str]:
    """Everything the sentences may name, written as the language writes it."""
    locale = "zh_CN" if t.language == "zh" else "en"

    def number(value: float | None) -> str:
        return "—" if value is None else format_decimal(value, "#,##0.##", locale=locale)

    def share(part: float, whole: float) -> str:
        return format_percent(part / whole, "0%", locale=locale) if whole else "—"

    values = {name: number(one["value"]) for name, one in figures.items()}
    hit = figures["hit_rate"]
    values["hit_rate"] = share(hit["numerator"] or 0, hit["denominator"] or 0)
    if case is None:
        return values
    own = {name: case[f"{name}_{t.language}"] for name in ("rule", "county")}
    own |= {
        name: number(case[name])
        for name in ("n_hot_days", "n_valid_days", "n_enterprises", "n_verdicts", "n_confirmed", "n_kinds")
    }
    own["silent"] = number((case["n_kinds"] or 0) - len(case["supports"] or ()) - len(case["against"] or ()))
    own["rate"] = share(case["n_confirmed"], case["n_verdicts"])
    own["since"] = (case["onset_at"] or case["window_from"]).isoformat(" ", "minutes")
    own["hot_date"] = case["hot_date"].isoformat()
    for name in ("supports", "against"):
        kinds = [t(f"evidence.kind.{kind}") for kind in case[name] or ()]
        own[name] = t("tour.comma").join(kinds) or t("tour.none")
    own["days"] = number(DAYS_SHOWN)
    own["reach"] = number(REACH_KM)
    return values | own | {"enterprise": case["enterprise"], "rule_id": case["rule_id"]}
