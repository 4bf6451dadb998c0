"""Sections about the air and the map, what to look at on site, and what the data are."""

from __future__ import annotations

from dashboard.briefing.caveats import CLOUDED
from dashboard.briefing.document import Block, Caution, Cell, Chart, Heading, Section, Sentence, Table
from dashboard.briefing.making import Making
from dashboard.briefing.map_svg import situation_map
from dashboard.briefing.visit import visit_notes
from fusion.manifest import TableState

PRODUCTS = ("PM25", "NO2", "HCHO")
CITIES = 15
INDUSTRIES = 6


def air(m: Making) -> Section:
    """High-value cells of the satellites, beside how much they saw, and the map."""
    t = m.t
    why = m.untold("satellite_grid")
    if why:
        told = (Caution(t("briefing.caution.section", why=why)), *_map(m))
        return Section(t("briefing.section.air"), told, is_new_page=True)
    pairs = {
        name: (m.figure(f"hot_cells_{name.lower()}"), m.figure(f"observed_share_{name.lower()}")) for name in PRODUCTS
    }
    rows = tuple((t(f"product.{name}"), cells, seen, seen.basis) for name, (cells, seen) in pairs.items())
    head = tuple(t(f"briefing.column.{name}") for name in ("product", "cells", "observed", "of"))
    blocks: list[Block] = [
        m.sentence("briefing.air.text", period=m.period.words, cells=pairs["PM25"][0], seen=pairs["PM25"][1]),
        Caution(t("briefing.caution.coarse")),
        Table(t("briefing.air.table"), head, rows, t("briefing.air.note"), frozenset({1, 2, 3})),
    ]
    seen = pairs["PM25"][1]
    if seen.value is not None and seen.value < CLOUDED:
        blocks.insert(2, Caution(t("briefing.caution.cloud", share=seen.text)))
    days = [row for row in m.tables["hot_days"] if row["product"] == "PM25"]
    if len(days) > 1:
        values = tuple(float(row["n"]) for row in days)
        names = tuple(row["date"].isoformat()[5:] for row in days)
        blocks.append(Chart(t("briefing.air.chart"), "column", names, ((t("briefing.column.cells"), values),),
                            unit=t("briefing.unit.cells"), note=t("briefing.air.chart_note")))  # fmt: skip
    return Section(t("briefing.section.air"), (*blocks, *_map(m), *_cities(m)), is_new_page=True)


def _map(m: Making) -> list[Block]:
    """The map, under the word of what is missing on it."""
    why = m.untold("clues")
    return [*([Caution(m.t("briefing.caution.section", why=why))] if why else []), situation_map(m)]


def _cities(m: Making) -> list[Block]:
    """The cities with most high-value cells."""
    sums: dict[int, list[int]] = {}
    for row in m.tables["hot_cells"]:
        told = sums.setdefault(row["city_idx"], [0, 0])
        told[0] += 1
        told[1] += row["days"]
    if len(sums) < 2:
        return []
    order = sorted(sums, key=lambda idx: (-sums[idx][0], idx))[:CITIES]
    rows = tuple((m.place(idx), f"{sums[idx][0]:,}", f"{sums[idx][1]:,}") for idx in order)
    head = tuple(m.t(f"briefing.column.{name}") for name in ("city", "cells", "cell_days"))
    return [Table(m.t("briefing.air.cities", n=len(rows)), head, rows, m.t("briefing.air.cities_note"),
                  frozenset({1, 2}))]  # fmt: skip


def checkpoints(m: Making) -> Section | None:
    """What to look at in the industries with most problems: the project's own proposal."""
    notes = visit_notes()
    blocks: list[Block] = [Sentence((m.t("briefing.checkpoints.note"),), "note")]
    for row in m.tables["span_industries"][:INDUSTRIES]:
        own = notes["industry"].get(notes["like"].get(row["code"], row["code"]))
        if own:
            blocks.append(Heading(m.name(row)))
            blocks += [Sentence((item,), "item") for item in own[m.t.language]]
    return Section(m.t("briefing.section.checkpoints"), tuple(blocks)) if len(blocks) > 1 else None


def sources(m: Making) -> Section:
    """What the numbers rest on: every source with its state, and the snapshot."""
    manifest, t = m.loaded.manifest, m.t
    rows: list[tuple[Cell, ...]] = []
    for name, state in manifest.states.items():
        rows.append((t(f"table.{name}"), _state(m, state), _rows(m, name)))
    head = tuple(t(f"briefing.column.{name}") for name in ("source", "source_state", "rows"))
    told = t("briefing.sources.text", snapshot=m.loaded.id, built=manifest.built_at[:16].replace("T", " "),
             as_of=manifest.as_of[:16].replace("T", " "))  # fmt: skip
    blocks: list[Block] = [Sentence((told,)), Table(t("briefing.sources.table"), head, tuple(rows),
                                                    t("briefing.sources.note"), frozenset({2}))]  # fmt: skip
    return Section(t("briefing.section.sources"), tuple(blocks))


def _state(m: Making, state: TableState) -> str:
    return (
        m.t(f"briefing.source.{state.state}") if state.state in ("ready", "failed", "not_configured") else state.state
    )


def _rows(m: Making, name: str) -> str:
    known = m.loaded.manifest.tables.get({"inspections": "checks", "emission_series": "emission_daily"}.get(name, name))
    return f"{known.rows:,}" if known else "—"
