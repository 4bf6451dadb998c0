"""The first page: one sentence, four to six numbers, what is new, what is overdue, what needs a decision."""

from __future__ import annotations

from dataclasses import replace

from dashboard.briefing.caveats import cautions
from dashboard.briefing.document import Cards, Figure, FirstPage, Parts, Points
from dashboard.briefing.making import CHECKS, CLUES, SUGGESTING, Making
from dashboard.briefing.parts_enterprise import cards as enterprise_cards
from dashboard.briefing.parts_enterprise import points as enterprise_points
from dashboard.briefing.parts_enterprise import told as enterprise_told
from dashboard.briefing.parts_loop import rule_figure, severity_figure
from dashboard.data.supervision import supervision

RULES_NAMED = 3
DECISIONS = ("open.SCREENED", "open.IDENTIFIED", "open.RETURNED", "open.RELAPSED", "overdue.LISTED_SUPERVISED")


def first_page(m: Making) -> FirstPage:
    """What a leader reads first."""
    if m.wish.enterprise:
        s = enterprise_told(m)
        return FirstPage((f"{s['badge']}{m.t('briefing.colon')}{s['subtitle']}",), enterprise_cards(m),
                         enterprise_points(m), cautions(m, ()))  # fmt: skip
    cards = tuple(m.figure(metric_id) for metric_id in m.recipe.headline)
    return FirstPage(
        headline=_headline(m),
        cards=Cards(tuple(_with_basis(m, one) for one in cards)),
        points=(_new(m), _overdue(m), _decide(m)),
        cautions=cautions(m, cards),
    )


def _with_basis(m: Making, one: Figure) -> Figure:
    """A count says what it was counted among; a rate does already."""
    if one.basis:
        return one
    beside = {
        "enterprises_checked": ("checks", "briefing.beside.checks"),
        "clues": ("enterprises", "briefing.beside.enterprises"),
        "clues_pushed": ("clues", "briefing.beside.clues"),
        "clues_overdue": ("clues", "briefing.beside.clues"),
        "hot_cells_pm25": ("observed_share_pm25", "briefing.beside.observed"),
        "problems": ("enterprises_checked", "briefing.beside.checked"),
    }.get(one.metric)
    if beside is None:
        return one
    other = m.measures.figure(beside[0], m.filters)
    return one if other.lacks else replace(one, basis=m.t(beside[1], n=other.text))


def _headline(m: Making) -> Parts:
    names = ("clues", "clues_pushed", "enterprises_checked", "problems", "prominent_problems", "checks",
             "prominent_per_enterprise")  # fmt: skip
    found = {name: m.measures.figure(name, m.filters) for name in names}
    checks, clues = m.untold(*CHECKS), m.untold(*CLUES)
    told_clues: Parts = (clues,) if clues else m.parts("briefing.headline.clues", **found)
    if not checks and found["checks"].value:
        halves = (m.parts("briefing.headline.checks", **found), told_clues)
    else:
        halves = (told_clues, (checks,) if checks else m.parts("briefing.headline.no_checks", **found))
    begin = m.t("briefing.headline", place=m.place_words, period=m.period.words)
    return (begin, *halves[0], m.t("briefing.headline.then"), *halves[1], m.t("briefing.headline.end"))


def _new(m: Making) -> Points:
    items: list[Parts] = _missed(m, *CLUES)
    clues = m.measures.figure("clues", m.filters)
    if clues.value:
        found = {f"s{n}": severity_figure(m, n) for n in (1, 2, 3)}
        items.append(m.parts("briefing.point.clues", clues=clues, **found))
        for row in m.tables["clues_by_rule"][:RULES_NAMED]:
            items.append(m.parts("briefing.point.rule", rule=f"{row['rule_id']} {m.name(row)}", n=rule_figure(m, row)))
    cells, seen = (m.measures.figure(name, m.filters) for name in ("hot_cells_pm25", "observed_share_pm25"))
    if cells.value is not None:
        items.append(m.parts("briefing.point.cells", cells=cells, seen=seen))
    items += _missed(m, "satellite_grid")
    return Points(m.t("briefing.point.new"), tuple(items), m.t("briefing.point.none_new"))


def _missed(m: Making, *sources: str) -> list[Parts]:
    """The point that nothing can be told without these sources; none where all were read."""
    why = m.untold(*sources)
    return [(m.t("briefing.point.untold", why=why),)] if why else []


def _overdue(m: Making) -> Points:
    found = m.counts(("overdue", "due24", "stopped", "unclocked", "open"))
    items: list[Parts] = _missed(m, *CLUES)
    if found["overdue"].value:
        items.append(
            m.parts("briefing.point.overdue", overdue=replace(found["overdue"], is_alarm=True), open=found["open"])
        )
    if found["due24"].value:
        items.append(m.parts("briefing.point.due24", n=found["due24"]))
    if found["unclocked"].value:
        items.append(m.parts("briefing.point.unclocked", n=found["unclocked"]))
    if found["stopped"].value:
        items.append(m.parts("briefing.point.stopped", n=found["stopped"]))
    return Points(m.t("briefing.point.late"), tuple(items), m.t("briefing.point.none_late"))


def _decide(m: Making) -> Points:
    found = m.counts(DECISIONS)
    items: list[Parts] = [
        *_missed(m, *CLUES),
        *(
            m.parts(f"briefing.decide.{name.replace('.', '_').lower()}", n=found[name])
            for name in DECISIONS
            if found[name].value
        ),
    ]
    candidates = m.once("supervision", lambda: supervision(m.now, m.standing))["candidates"]
    if candidates:
        n = m.measures.counted(
            "loop_page.candidates", len(candidates), m.standing, m.t("briefing.supervision.candidates")
        )
        items.append(m.parts("briefing.decide.candidates", n=replace(n, link=m.measures.address("/loop", m.standing))))
    elif m.untold(*SUGGESTING):
        items.append((m.t("briefing.decide.untold", why=m.untold(*SUGGESTING)),))
    return Points(m.t("briefing.point.decide"), tuple(items), m.t("briefing.point.none_decide"))
