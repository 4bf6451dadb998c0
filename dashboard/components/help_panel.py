"""What a page is for, how to read it, and what each of its numbers means, in the words of the dictionary of figures."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard.i18n import Words
from fusion.metrics import Dictionary, Metric, dictionary

# The figures of the dictionary that stand on each page, in the order in which they are met.
FIGURES: dict[str, tuple[str, ...]] = {
    "situation": (
        "clues_pushed", "clues_answered", "answered_rate", "clues_with_verdict", "verdict_rate", "clues_fixed",
        "rectification_rate_all", "hot_cells_valid_pm25", "hot_cells_pm25", "observed_share_pm25", "hot_cells_no2",
        "hot_cells_hcho", "enterprises", "clues", "clues_overdue", "enterprises_checked", "enterprises_distinct",
        "problems",
        "problems_per_enterprise", "prominent_problems", "prominent_per_enterprise", "problem_found_rate",
        "clues_confirmed", "hit_rate", "exceedance_hour_share",
    ),
    "clues": ("clues", "clues_overdue"),
    "dossier": ("problems", "prominent_problems", "exceedance_hour_share"),
    "loop": (
        "clues_pushed", "clues_answered", "clues_with_verdict", "clues_confirmed", "clues_closed", "acceptance_rate",
        "accepted_within_24h_rate", "hit_rate", "rectification_rate", "on_time_rate", "hours_to_close_p50",
        "hours_to_close_p90", "clues_overdue", "relapse_rate", "supervision_reply_rate",
    ),
    "rounds": (
        "enterprises_checked", "enterprises_distinct", "problems", "prominent_problems", "enterprises_with_problems",
        "problem_found_rate", "problems_per_enterprise", "prominent_per_enterprise", "round_on_round", "ranking",
    ),
    "trends": ("exceedance_hour_share", "year_on_year"),
    "boards": (
        "areas_pushed", "area_counties", "problem_enterprises_per_area", "area_check_rate", "rectification_rate",
        "supervision_verified_rate",
    ),
    "briefing": ("enterprises_checked", "problems", "prominent_problems", "clues_pushed", "hit_rate"),
    "methods": ("clues_confirmed", "clues_with_verdict", "hit_rate"),
    "own": (),
    "sources": (),
}  # fmt: skip
# What a page counts besides: each has its name and its meaning in help.po.
TERMS: dict[str, tuple[str, ...]] = {
    "situation": ("ageing", "ring"),
    "clues": ("due", "score", "severity"),
    "dossier": ("lane", "unusual", "explain"),
    "loop": ("interval", "survival", "fixes"),
    "rounds": ("weight", "unlisted", "by_clue"),
    "trends": ("concentration", "ratio", "emission", "change", "power"),
    "boards": ("furnace_day", "stack_day", "order", "patch"),
    "briefing": ("source",),
    "methods": ("planted", "lookalike", "interval", "score"),
    "own": ("order", "note", "limit", "mark"),
    "sources": ("records", "rhythm", "missing", "accepted", "position"),
}


def help_button(t: Words, page: str) -> list[Component]:
    """The button that opens the panel, as the key `?` does; none for a page without an explanation."""
    if page not in FIGURES:
        return []
    keys = {"aria-haspopup": "dialog", "aria-keyshortcuts": "?"}
    return [html.Button(t("help.open"), id="help-open", className="header-link help-open", type="button", **keys)]


def help_panel(t: Words, page: str) -> list[Component]:
    """The panel of `page`; none for a page without an explanation.

    Note    the browser's own modal dialog: it keeps the focus, closes by Escape and gives the focus back
    """
    return [_dialog(t, page)] if page in FIGURES else []


def tour_offer(t: Words) -> Component:
    """A word in the corner that offers the tour; scripts show it to whoever has not been asked before."""
    return html.Section(
        [
            html.P(t("help.offer")),
            html.Button(t("help.offer.start"), id="tour-start", className="viewer-submit", type="button"),
            html.Button(t("help.offer.decline"), id="tour-decline", className="header-link", type="button"),
            html.Small(t("help.offer.later")),
        ],
        id="tour-offer",
        className="tour-offer",
        hidden=True,
        **{"aria-label": t("help.offer.name")},
    )


def _dialog(t: Words, page: str) -> Component:
    close = html.Button("×", id="help-close", className="card-close", type="button", **{"aria-label": t("help.close")})
    body = [
        html.P(t(f"help.{page}.question"), className="help-question"),
        html.H3(t("help.how")),
        html.Ul([html.Li(line) for line in t(f"help.{page}.how").split("\n")]),
        html.H3(t("help.figures")),
        html.P(t("help.figures_hint") if FIGURES[page] else "", className="help-hint"),
        html.Dl([part for one in _entries(t, page) for part in one], className="help-figures"),
    ]
    # A plant's own user has no other page to go to.
    onward = (
        []
        if page == "own"
        else [
            html.Button(t("help.tour"), id="help-tour", className="header-link", type="button"),
            html.A(t("help.methods"), href=f"/methods?lang={t.language}", className="help-link"),
        ]
    )
    ways = [
        *onward,
        html.Small([html.Kbd("?"), f" {t('help.keys')} ", html.Kbd("Esc"), f" {t('help.close')}"]),
    ]
    return html.Dialog(
        [
            html.Div([html.H2(t("help.title", page=t(f"nav.{page}")), id="help-title"), close], className="help-head"),
            html.Div(body, className="help-body", tabIndex="0", role="region", **{"aria-labelledby": "help-title"}),
            html.Div(ways, className="help-ways"),
        ],
        id="help-panel",
        className="help-panel",
        **{"aria-labelledby": "help-title"},
    )


def _entries(t: Words, page: str) -> list[list[Component]]:
    book = dictionary()
    figures = [_figure(t, book, name, book.get(name)) for name in FIGURES[page]]
    terms = [
        [html.Dt(t(f"help.{page}.{name}")), html.Dd(html.P(t(f"help.{page}.{name}.what")))] for name in TERMS[page]
    ]
    return figures + terms


def _figure(t: Words, book: Dictionary, name: str, metric: Metric) -> list[Component]:
    """A figure's name, definition, unit, denominator, and what is easily read into it."""
    spoken = "zh" if t.language == "zh" else "en"
    facts = [t("help.unit", unit=getattr(book.unit[metric.unit], spoken))] if metric.unit in book.unit else []
    if metric.denominator in book.metric:
        facts.append(t("help.denominator", name=getattr(book.get(metric.denominator), f"name_{spoken}")))
    if metric.kind in ("share", "ratio"):
        facts.append(t("help.minimum", n=metric.minimum))
    if metric.needs:
        facts.append(t("help.not_connected"))
    warnings = [getattr(book.warning[one], spoken) for one in metric.warnings if "{" not in book.warning[one].zh]
    return [
        html.Dt(getattr(metric, f"name_{spoken}"), **{"data-figure": name}),
        html.Dd(
            [
                html.P(getattr(metric, f"definition_{spoken}")),
                html.Small(" · ".join(facts)),
                *[html.Small(one, className="help-warning") for one in warnings],
            ]
        ),
    ]
