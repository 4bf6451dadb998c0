"""Sections about clues: what is new, how far they came, which rules were right, what is late, what is supervised."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dashboard.briefing.document import Block, Caution, Cell, Chart, Figure, Heading, Section, Sentence, Table
from dashboard.briefing.making import SUGGESTING, Making
from dashboard.data.clocks import clocks
from dashboard.data.funnel import funnel
from dashboard.data.loop import STAGES
from dashboard.data.queries import Sort, clue_rows
from dashboard.data.supervision import supervision

SEVERITIES = (1, 2, 3)
NUMBERS = frozenset(range(1, 9))
FOUND = STAGES.index("checked")


def severities(m: Making) -> dict[int, int]:
    """Clues found in the period by severity."""
    sums = dict.fromkeys(SEVERITIES, 0)
    for row in m.tables["clues_by_day"]:
        sums[row["severity"]] = sums.get(row["severity"], 0) + row["n"]
    return sums


def severity_figure(m: Making, severity: int) -> Figure:
    """Clues of one severity found in the period."""
    filters = replace(m.filters, severity=(severity,))
    return m.measures.counted("clues", severities(m)[severity], filters, m.t(f"severity.{severity}"))


def rule_figure(m: Making, row: dict[str, Any]) -> Figure:
    """Clues of one rule found in the period."""
    return m.measures.counted("clues", row["n"], replace(m.filters, rule=(row["rule_id"],)), m.name(row))


def new(m: Making) -> Section:
    """Clues found in the period: how many by rule and day, the gravest by name."""
    found = {f"s{n}": severity_figure(m, n) for n in SEVERITIES}
    blocks: list[Block] = [m.sentence("briefing.new.text", clues=m.figure("clues"), period=m.period.words, **found)]
    blocks.append(Caution(m.t("briefing.caution.suspected")))
    days: dict[str, int] = {}
    for row in m.tables["clues_by_day"]:
        day = row["date"].isoformat()
        days[day] = days.get(day, 0) + row["n"]
    if len(days) > 1:
        values = tuple(float(n) for n in days.values())
        labels = tuple(day[5:] for day in days)
        blocks.append(Chart(m.t("briefing.new.chart"), "column", labels, ((m.t("briefing.column.clues"), values),),
                            unit=m.t("briefing.unit.clues"), note=m.t("briefing.new.exposure")))  # fmt: skip
    by_rule = m.tables["clues_by_rule"]
    if by_rule:
        rows = tuple(
            (f"{row['rule_id']} {m.name(row)}", rule_figure(m, row), f"{row['grave']:,}") for row in by_rule[:12]
        )
        head = tuple(m.t(f"briefing.column.{name}") for name in ("rule", "clues", "grave"))
        blocks.append(Table(m.t("briefing.new.rules"), head, rows, _more(m, len(by_rule) - 12), frozenset({1, 2})))
    blocks += _gravest(m)
    return Section(m.t("briefing.section.new"), tuple(blocks), is_new_page=True)


def _gravest(m: Making) -> list[Block]:
    grave = replace(m.filters, severity=(1,))
    with m.loaded.cursor() as db:
        rows, total = clue_rows(db, grave, 0, m.recipe.rows, (Sort("score", True),))
    if not rows:
        return [Sentence((m.t("briefing.new.no_grave"),))]
    lines = tuple(
        (
            m.clue(row),
            f"{row['rule_id']} {row[f'rule_{m.t.language}'] or ''}",
            str(row[f"city_{m.t.language}"] or "—"),
            str(row["detected_at"])[:16],
            m.t(f"state.{row['state']}"),
        )
        for row in rows
    )
    head = tuple(m.t(f"briefing.column.{name}") for name in ("about", "rule", "city", "found_at", "state"))
    note = m.t("briefing.new.score_note") + _more(m, total - len(rows))
    return [Table(m.t("briefing.new.grave"), head, lines, note, wide=frozenset({0, 1}))]


def _more(m: Making, left: int) -> str:
    return m.t("briefing.more", n=f"{left:,}") if left > 0 else ""


def loop(m: Making) -> Section:
    """How far the clues of the period came."""
    told = m.once("funnel", lambda: funnel(m.now, m.filters))
    t = m.t
    ids = ("clues", "clues_pushed", "acceptance_rate", "accepted_within_24h_rate", "hit_rate",
           "rectification_rate", "hours_to_close_survival_p50")  # fmt: skip
    found = {name: m.measures.figure(name, m.filters) for name in ids}
    blocks: list[Block] = [m.sentence("briefing.loop.text", period=m.period.words, **found)]
    blocks.append(Caution(t("briefing.caution.young")))
    stages = told["stages"]
    labels = tuple(t(f"loop.stage.{one['stage']}") for one in stages)
    counts = tuple(float(one["n"]) for one in stages)
    blocks.append(Chart(t("briefing.loop.chart"), "bar", labels, ((t("briefing.column.clues"), counts),),
                        unit=t("briefing.unit.clues"), note=t("briefing.loop.note")))  # fmt: skip
    head = tuple(t(f"briefing.column.{name}") for name in ("stage", "clues", "share_before", "of", "hours", "rest"))
    rows = tuple(_stage(m, one) for one in stages)
    blocks.append(Table(t("briefing.loop.table"), head, rows, t("briefing.loop.table_note"), frozenset({1, 2, 3, 4}),
                        frozenset({5})))  # fmt: skip
    return Section(t("briefing.section.loop"), tuple(blocks), is_new_page=True)


def _stage(m: Making, one: dict[str, Any]) -> tuple[Cell, ...]:
    of = one.get("of")
    share, basis = "", ""
    if of:
        basis = f"{of['part']:,} / {of['whole']:,}"
        share = "—" if of["share"] is None else f"{100 * of['share']:.1f}%"
    rests = m.t("briefing.comma").join(f"{m.t(f'loop.rest.{rest}')} {n:,}" for rest, n in one["rests"].items())
    hours = one.get("hours")
    figure = m.measures.counted(f"loop.{one['stage']}", one["n"], m.filters, m.t(f"loop.stage.{one['stage']}"))
    return figure.label, figure, share, basis, "" if hours is None else f"{hours:,.1f}", rests


def rules(m: Making) -> Section | None:
    """How often each rule was right in the period."""
    told = m.once("funnel", lambda: funnel(m.now, m.filters))
    groups = [one for one in told["by"]["rule"] if one["code"]]
    if not groups:
        return None
    lines = []
    for one in sorted(groups, key=lambda group: (-group["n"][FOUND], group["code"]))[: m.recipe.rows]:
        filters = replace(m.filters, rule=(one["code"],))
        hit = one["of"][FOUND]
        bounds = "" if hit["low"] is None else f"{100 * hit['low']:.1f}–{100 * hit['high']:.1f}%"
        lines.append((
            f"{one['code']} {one[m.t.language]}",
            m.measures.counted("clues", one["clues"], filters, one[m.t.language]),
            m.measures.counted("loop.pushed", one["n"][0], filters, one[m.t.language]),
            m.measures.counted("loop.checked", hit["whole"], filters, one[m.t.language]),
            m.measures.counted("loop.confirmed", one["n"][FOUND + 1], filters, one[m.t.language]),
            "—" if hit["share"] is None else f"{100 * hit['share']:.1f}%",
            bounds,
        ))  # fmt: skip
    names = ("rule", "clues", "pushed", "verdicts", "confirmed", "hit", "bounds")
    head = tuple(m.t(f"briefing.column.{name}") for name in names)
    table = Table(m.t("briefing.rules.table"), head, tuple(lines), m.t("briefing.rules.note"), NUMBERS)
    return Section(m.t("briefing.section.rules"), (Caution(m.t("briefing.caution.verdicts")), table))


def overdue(m: Making) -> Section:
    """What is late now, in which step, by how many working days; whenever it was found."""
    told = m.once("clocks", lambda: clocks(m.now, m.standing))
    t = m.t
    found = m.counts(("overdue", "due24", "stopped", "unclocked", "open"))
    blocks: list[Block] = [m.sentence("briefing.overdue.text", **found)]
    if not told["is_calendar_known"]:
        blocks.append(Caution(t("briefing.caution.calendar")))
    steps = told["by_step"]
    if steps:
        names = tuple(t(f"state.{row['state']}") for row in steps)
        counts = tuple(float(row["n"]) for row in steps)
        blocks.append(Chart(t("briefing.overdue.chart"), "bar", names, ((t("briefing.column.clues"), counts),),
                            unit=t("briefing.unit.clues")))  # fmt: skip
        blocks.append(_late(m, "briefing.overdue.steps", "step", [
            (t(f"state.{row['state']}"), t(f"viewer.role.{row['owner']}") if row["owner"] else "—",
             f"overdue.{row['state']}", row) for row in steps]))  # fmt: skip
        teams = [row for row in told["by_team"] if row["team_code"]][:15]
        blocks.append(_late(m, "briefing.overdue.teams", "team", [
            (m.team(row), "", f"overdue@{row['team_code']}", row) for row in teams]))  # fmt: skip
        blocks += [Heading(t("briefing.overdue.list_heading")), _latest(m, told["lists"]["overdue"])]
    return Section(t("briefing.section.overdue"), tuple(blocks), is_new_page=True)


def _late(m: Making, title: str, first: str, rows: list[tuple[str, str, str, dict[str, Any]]]) -> Table:
    has_owner = any(owner for _, owner, _, _ in rows)
    names = (first, *(("owner",) if has_owner else ()), "overdue", "median_late", "most_late")
    lines = tuple(
        (
            name,
            *((owner,) if has_owner else ()),
            m.measures.counted(f"loop.{cohort}", row["n"], m.standing, name),
            f"{row['median_late'] or 0:,.0f}",
            f"{row['most_late'] or 0:,}",
        )
        for name, owner, cohort, row in rows
    )
    head = tuple(m.t(f"briefing.column.{name}") for name in names)
    return Table(m.t(title), head, lines, m.t("briefing.overdue.days"), frozenset(range(2 if has_owner else 1, 6)))


def _latest(m: Making, rows: list[dict[str, Any]]) -> Table:
    shown = rows[: m.recipe.rows]
    lines = tuple(
        (
            m.clue(row),
            f"{row['rule_id']} {row[f'rule_{m.t.language}'] or ''}",
            str(row[f"city_{m.t.language}"] or "—"),
            m.team(row),
            m.t(f"state.{row['state']}"),
            str(row["due_at"])[:10],
            f"{row['late'] or 0:,}",
        )
        for row in shown
    )
    names = ("about", "rule", "city", "team", "state", "due", "late")
    head = tuple(m.t(f"briefing.column.{name}") for name in names)
    return Table(m.t("briefing.overdue.list", n=len(shown)), head, lines, m.t("briefing.overdue.list_note"),
                 frozenset({6}), frozenset({0, 1}))  # fmt: skip


def supervised(m: Making) -> Section:
    """Orders and listings, and findings that suggest one."""
    told = m.once("supervision", lambda: supervision(m.now, m.standing))
    t = m.t
    orders, listed = told["electronic"]["counts"], told["listed"]["counts"]
    found = m.counts(("orders", "overdue.E_SUPERVISED", "listed", "overdue.LISTED_SUPERVISED"))
    blocks: list[Block] = [
        m.sentence(
            "briefing.supervision.text",
            standing=found["orders"],
            late=found["overdue.E_SUPERVISED"],
            listed=found["listed"],
            listed_late=found["overdue.LISTED_SUPERVISED"],
            reply=m.measures.rate("supervision_reply_rate", orders["in_time"], orders["due"], m.standing),
        )
    ]
    rows = ((t("briefing.supervision.orders"), f"{orders['issued']:,}", f"{orders['answered']:,}",
             f"{orders['in_time']:,} / {orders['due']:,}", f"{orders['escalated']:,}", f"{orders['standing']:,}"),
            (t("briefing.supervision.listings"), f"{listed['listed']:,}", f"{listed['applied']:,}", "—",
             f"{listed['delisted']:,}", f"{listed['standing']:,}"))  # fmt: skip
    names = ("measure", "issued", "answered", "in_time", "escalated", "standing")
    head = tuple(t(f"briefing.column.{name}") for name in names)
    blocks.append(Table(t("briefing.supervision.table"), head, rows, t("briefing.supervision.note"), NUMBERS))
    blocks += _candidates(m, told["candidates"])
    return Section(t("briefing.section.supervision"), tuple(blocks))


def _candidates(m: Making, rows: list[dict[str, Any]]) -> list[Block]:
    if not rows:
        why = m.untold(*SUGGESTING)
        none = Sentence((m.t("briefing.supervision.no_candidates"),))
        return [Caution(m.t("briefing.caution.section", why=why)) if why else none]
    lines = tuple(
        (
            m.clue(row),
            f"{row['rule_id']} {row[f'rule_{m.t.language}'] or ''}",
            str(row[f"city_{m.t.language}"] or "—"),
            str(row["onset_at"] or "—")[:16].replace("T", " "),
            m.t("briefing.supervision.listing" if row["is_listed"] else "briefing.supervision.order"),
        )
        for row in rows[: m.recipe.rows]
    )
    head = tuple(m.t(f"briefing.column.{name}") for name in ("about", "rule", "city", "onset", "suggested"))
    note = m.t("briefing.supervision.candidates_note")
    return [Table(m.t("briefing.supervision.candidates"), head, lines, note, wide=frozenset({0, 1}))]
