"""Sections about checks and what they found: in all, by round, region, county, industry, kind of problem and team."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from dashboard.briefing.caveats import comparison_notes
from dashboard.briefing.document import Block, Caution, Cell, Chart, Heading, Section, Sentence, Table
from dashboard.briefing.making import Making
from dashboard.briefing.measures import changed, written
from dashboard.data import briefing
from dashboard.data.filters import Filters
from dashboard.data.funnel import share
from fusion.metrics import dictionary

NUMBERS = frozenset({1, 2, 3, 4, 5, 6, 7})
LEAST = 20
CHARTED = 15
LEAST_POINTS = 3


def overview(m: Making) -> Section:
    """What was checked and found, and how the rates moved."""
    t = m.t
    blocks: list[Block] = []
    if m.figure("checks").value:
        names = ("enterprises_checked", "enterprises_distinct", "checks", "enterprises_with_problems", "problems",
                 "prominent_problems", "problem_found_rate", "problems_per_enterprise",
                 "prominent_per_enterprise", "falsification_share")  # fmt: skip
        found = {name: m.measures.figure(name, m.filters) for name in names}
        blocks.append(m.sentence("briefing.overview.text", period=m.period.words, **found))
        blocks.append(m.sentence("briefing.overview.rates", **found))
        blocks.append(Caution(t("briefing.caution.selected")))
    else:
        blocks.append(no_checks(m))
    blocks += _against(m)
    return Section(t("briefing.section.overview"), tuple(blocks), is_new_page=True)


def no_checks(m: Making) -> Sentence:
    """That nothing was recorded, which is not that nothing was found."""
    last = m.tables["last_check"][0]["date"]
    return m.sentence("briefing.no_checks", period=m.period.words, checks=m.figure("checks"),
                      last=last.isoformat() if last else m.t("briefing.never"))  # fmt: skip


def _against(m: Making) -> list[Block]:
    compared, t = m.compared, m.t
    if compared is None or not m.period.before:
        return []
    rows: list[tuple[Cell, ...]] = []
    for one in compared["metrics"]:
        metric = dictionary().get(one["id"])
        sides = [_side(metric.kind, one[name]) for name in ("now", "before")]
        rows.append((getattr(metric, f"name_{t.language}"), *sides[0], *sides[1], changed(one["change"])))
    head = (t("briefing.column.figure"), m.period.words, t("briefing.column.of"), m.period.words_before,
            t("briefing.column.of"), t("briefing.column.change"))  # fmt: skip
    table = Table(
        t("briefing.against.title"),
        head,
        tuple(rows),
        note=t("briefing.against.note", n=compared["n_cities"]),
        numeric=frozenset({1, 2, 3, 4, 5}),
    )
    return [Heading(t("briefing.against")), *(Caution(text) for text in comparison_notes(m)), table]


def _side(kind: str, one: dict[str, Any]) -> tuple[str, str]:
    value = "—" if one["value"] is None else written(kind, one["value"])
    if one["low"] is not None:
        value += f" ({100 * one['low']:.1f}–{100 * one['high']:.1f}%)"
    return value, f"{one['numerator'] or 0:,.0f} / {one['denominator'] or 0:,.0f}"


def by_round(m: Making) -> Section | None:
    """The same figures round after round."""
    rows = [row for row in briefing.by_round(m.loaded, m.filters, m.now.casebook) if row["level"] == 9]
    if not rows:
        return None
    codes = _round_codes(m)
    lines = []
    for row in rows:
        code = codes[row["round_idx"]]
        lines.append((code, *_checked_cells(m, row, replace(m.standing, rounds=(code,)))))
    names = ("problems_per_enterprise", "prominent_per_enterprise")
    labels = [getattr(dictionary().get(name), f"name_{m.t.language}") for name in names]
    chart = Chart(
        m.t("briefing.rounds.chart"),
        "line",
        tuple(str(line[0]) for line in lines),
        tuple(
            (label, tuple(_per(row, part) for row in rows))
            for label, part in zip(labels, ("problems", "prominent"), strict=True)
        ),
        note=m.t("briefing.rounds.note"),
        digits=2,
    )
    table = Table(
        m.t("briefing.rounds.table"), _checked_head(m, "briefing.column.round"), tuple(lines), numeric=NUMBERS
    )
    is_a_course = sum(value is not None for value in chart.series[0][1]) >= LEAST_POINTS
    return Section(m.t("briefing.section.rounds"), (*([chart] if is_a_course else []), table))


def regions(m: Making) -> Section:
    """Provinces, then cities in the order of their share with its lower bound; below 20 none is ranked."""
    blocks: list[Block] = []
    rows = m.whole_tables["by_round"]
    provinces, cities = (briefing.summed(rows, level) for level in (0, 1))
    if m.filters.region.startswith("g:"):
        day = m.filters.to_date.isoformat() if m.filters.to_date else m.loaded.manifest.as_of[:10]
        listed = briefing.listed_cities(m.loaded, m.filters.region[2:], day)
        cities = {idx: row for idx, row in cities.items() if idx in listed}
        provinces = {}
        blocks.append(Sentence((m.t("briefing.regions.group"),), "note"))
    if len(provinces) > 1:
        blocks += _places(m, provinces, "province")
    blocks += _places(m, cities, "city")
    if not provinces and not cities:
        blocks.append(no_checks(m))
    return Section(m.t("briefing.section.regions"), tuple(blocks), is_new_page=True)


def counties(m: Making) -> Section:
    """The counties of a city."""
    rows = {row["county_idx"]: row for row in m.tables["by_county"] if row["county_idx"] != briefing.NO_PLACE}
    blocks = _places(m, rows, "county") if rows else [no_checks(m)]
    return Section(m.t("briefing.section.counties"), tuple(blocks), is_new_page=True)


def _places(m: Making, sums: dict[int, dict[str, Any]], level: str) -> list[Block]:
    if not sums:
        return []
    order = sorted(sums, key=lambda idx: (-_low(sums[idx]), -sums[idx]["checked"], idx))
    rows: list[tuple[Cell, ...]] = []
    place = 0
    for idx in order[: m.recipe.rows]:
        row = sums[idx]
        is_ranked = row["checked"] >= LEAST
        place += is_ranked
        code = briefing.places(m.loaded)[idx].adcode
        cells = _checked_cells(m, row, replace(m.filters, region=code))
        rows.append((str(place) if is_ranked else "—", m.place(idx), *cells))
    ranked = [idx for idx in order if sums[idx]["checked"] >= LEAST][:CHARTED]
    chart = Chart(
        m.t(f"briefing.{level}.chart", n=len(ranked)),
        "bar",
        tuple(m.place(idx) for idx in ranked),
        ((_found_rate(m), tuple(100 * sums[idx]["with_problems"] / sums[idx]["checked"] for idx in ranked)),),
        unit="%",
        note=m.t("briefing.places.chart_note"),
        digits=1,
    )
    left = len(order) - len(rows)
    note = m.t("briefing.places.note") + (m.t("briefing.more", n=left) if left else "")
    head = (m.t("briefing.column.place"), *_checked_head(m, f"briefing.column.{level}"))
    table = Table(m.t(f"briefing.{level}.table"), head, tuple(rows), note, frozenset(range(2, 9)), frozenset({1}))
    return [Heading(m.t(f"briefing.{level}")), *([chart] if ranked else []), table]


def _found_rate(m: Making) -> str:
    return str(getattr(dictionary().get("problem_found_rate"), f"name_{m.t.language}"))


def _low(row: dict[str, Any]) -> float:
    low = share(row["with_problems"], row["checked"])["low"]
    return -1.0 if low is None else float(low)


def _checked_head(m: Making, first: str) -> tuple[str, ...]:
    names = ("checked", "with_problems", "rate", "bounds", "problems", "prominent", "per")
    return (m.t(first), *(m.t(f"briefing.column.{name}") for name in names))


def _checked_cells(m: Making, row: dict[str, Any], filters: Filters) -> tuple[Cell, ...]:
    counted, rate = m.measures.counted, m.measures.rate
    found = rate("problem_found_rate", row["with_problems"], row["checked"], filters)
    return (
        counted("enterprises_checked", row["checked"], filters),
        counted("enterprises_with_problems", row["with_problems"], filters),
        found,
        m.measures.bounds(found),
        counted("problems", row["problems"], filters),
        counted("prominent_problems", row["prominent"], filters),
        rate("problems_per_enterprise", row["problems"], row["checked"], filters),
    )


def _per(row: dict[str, Any], part: str) -> float | None:
    return round(row[part] / row["checked"], 4) if row["checked"] >= LEAST else None


def industries(m: Making) -> Section:
    """What was found in each industry."""
    rows = m.tables["span_industries"]
    if not rows:
        return Section(m.t("briefing.section.industries"), (no_checks(m),))
    lines = []
    for row in rows[: m.recipe.rows]:
        filters = replace(m.filters, industry=(row["code"],))
        lines.append((
            m.name(row),
            m.measures.counted("enterprises_checked", row["checked"], filters),
            m.measures.counted("problems", row["problems"], filters),
            m.measures.counted("prominent_problems", row["prominent"], filters),
            m.measures.rate("problems_per_enterprise", row["problems"], row["checked"], filters),
            m.measures.rate("prominent_per_enterprise", row["prominent"], row["checked"], filters),
        ))  # fmt: skip
    charted = [row for row in rows if row["checked"] >= LEAST][:CHARTED]
    chart = _stacked(m, "briefing.industries.chart", charted)
    names = ("industry", "checked", "problems", "prominent", "per", "prominent_per")
    head = tuple(m.t(f"briefing.column.{name}") for name in names)
    table = Table(m.t("briefing.industries.table"), head, tuple(lines), m.t("briefing.rates.note"), NUMBERS)
    return Section(m.t("briefing.section.industries"), (*([chart] if charted else []), table), is_new_page=True)


def _stacked(m: Making, key: str, rows: Sequence[dict[str, Any]]) -> Chart:
    labels = (m.t("briefing.column.per"), m.t("briefing.column.prominent_per"))
    series = tuple(
        (label, tuple(_per(row, part) for row in rows))
        for label, part in zip(labels, ("problems", "prominent"), strict=True)
    )
    return Chart(
        m.t(key), "bar", tuple(m.name(row) for row in rows), series, note=m.t("briefing.not_a_share"), digits=2
    )


def problems(m: Making) -> Section:
    """Kinds of problems, prominent ones first."""
    names = {row["code"]: row for row in m.tables["type_names"]}
    sums: dict[str, int] = {}
    for row in m.tables["types_by_round"]:
        sums[row["code"]] = sums.get(row["code"], 0) + row["problems"]
    if not sums:
        return Section(m.t("briefing.section.problems"), (no_checks(m),))
    total = sum(sums.values())
    known = {code: names.get(code, {"name_zh": code, "name_en": code, "is_prominent": False}) for code in sums}
    order = sorted(sums, key=lambda code: (not known[code]["is_prominent"], -sums[code], code))
    rows = tuple(
        (
            m.name(known[code]),
            m.t("briefing.prominent") if known[code]["is_prominent"] else "",
            m.measures.counted(f"rounds.types.{code}", sums[code], m.filters, m.name(known[code])),
            f"{100 * sums[code] / total:.1f}%",
        )
        for code in order
    )
    head = tuple(m.t(f"briefing.column.{name}") for name in ("kind", "prominent_mark", "problems", "share"))
    chart = Chart(
        m.t("briefing.problems.chart"),
        "bar",
        tuple(m.name(known[code]) for code in order),
        ((m.t("briefing.column.problems"), tuple(float(sums[code]) for code in order)),),
        unit=m.t("briefing.unit.problems"),
    )
    table = Table(m.t("briefing.problems.table"), head, rows, m.t("briefing.problems.note", n=f"{total:,}"),
                  frozenset({2, 3}))  # fmt: skip
    return Section(m.t("briefing.section.problems"), (chart, table))


def teams(m: Making) -> Section:
    """What each team checked; a workload, no ranking."""
    rows = m.tables["span_teams"]
    if not rows:
        return Section(m.t("briefing.section.teams"), (no_checks(m),))
    lines = tuple(
        (
            f"{row['code']} {m.name(row)}",
            m.measures.counted(f"rounds.teams.{row['code']}", row["checks"], m.filters, m.name(row)),
            f"{row['checked']:,}",
            f"{row['days']:,}",
            f"{row['problems']:,}",
            f"{row['prominent']:,}",
        )
        for row in rows[: m.recipe.rows]
    )
    head = tuple(
        m.t(f"briefing.column.{name}") for name in ("team", "checks", "checked", "days", "problems", "prominent")
    )
    table = Table(m.t("briefing.teams.table"), head, lines, m.t("briefing.teams.note"), NUMBERS)
    return Section(m.t("briefing.section.teams"), (table,))


def _round_codes(m: Making) -> dict[int, str]:
    return dict(m.loaded.cursor().execute("select round_idx, round_code from rounds").fetchall())
