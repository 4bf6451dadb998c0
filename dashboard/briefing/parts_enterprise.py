"""The briefing of one enterprise: its dossier, the same sentences, tables and picture as on its page."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from dashboard.briefing.document import (
    Block,
    Cards,
    Caution,
    Figure,
    Heading,
    Picture,
    Points,
    Section,
    Sentence,
    Table,
)
from dashboard.briefing.making import Making
from dashboard.briefing.periods import WishError
from dashboard.briefing.sheet import sheet
from dashboard.briefing.timeline import timeline
from dashboard.data.dossier import UnknownEnterprise, dossier
from dashboard.data.live import live

PICTURE_WIDTH = 900
CARDS = 6
SHOWN = 3


def found_enterprise(m: Making) -> dict[str, Any]:
    """The dossier of the enterprise that is wished.

    Raises  WishError for none, or one outside what the reader may see
    """

    def find() -> dict[str, Any]:
        try:
            return dossier(m.loaded, m.wish.enterprise, None, live(m.loaded, m.now.casebook))
        except UnknownEnterprise as error:
            raise WishError("this briefing is about one enterprise: name its id, of one that you may see") from error

    return m.once("dossier", find)


def told(m: Making) -> dict[str, Any]:
    """The dossier in words."""
    return m.once("sheet", lambda: sheet(found_enterprise(m), m.t))


def cards(m: Making) -> Cards:
    """The dossier's few numbers, each opening the dossier."""
    link = m.measures.address("/dossier", None, id=m.wish.enterprise)
    return Cards(tuple(
        Figure(metric=f"dossier.key.{number}", label=key["label"], text=key["value"], basis=key["note"],
               filters=f"id={m.wish.enterprise}", link=link)
        for number, key in enumerate(told(m)["keys"][:CARDS], start=1)
    ))  # fmt: skip


def points(m: Making) -> tuple[Points, ...]:
    """What is unusual, what to check, what could not be seen."""
    lists = {part["part"]: part for part in told(m)["reading"]}
    return tuple(
        Points(part["title"], tuple((line,) for line in part["lines"][:SHOWN]), "—")
        for part in (lists.get(name) for name in ("unusual", "check", "blind"))
        if part
    )


def enterprise(m: Making) -> Section:
    """Who it is, how the data read, the axis of time, what to check, the tables."""
    s, t = told(m), m.t
    found = found_enterprise(m)
    blocks: list[Block] = [Caution(t("briefing.caution.suspected"))]
    facts = tuple((label, value) for label, value in s["facts"])
    head = (t("briefing.column.item"), t("briefing.column.content"))
    blocks.append(Table(t("dossier.facts"), head, facts, wide=frozenset({1})))
    for part in s["reading"]:
        blocks.append(Heading(part["title"]))
        blocks += [Sentence((line,), "item") for line in part["lines"]]
    ends = tuple(datetime.fromisoformat(found["window"][name]) for name in ("from", "to"))
    drawn = timeline(found, t, (ends[0], ends[1]), PICTURE_WIDTH, is_print=True)
    blocks.append(Picture(t("dossier.axis"), drawn.svg, drawn.width, drawn.height, t("dossier.axis.note")))
    for part in s["checklist"]:
        blocks.append(Heading(part["title"]))
        blocks += [Sentence((item,), "item") for item in part["items"]]
    for one in s["tables"]:
        rows = tuple(tuple(str(cell) for cell in row) for row in one["rows"])
        if rows:
            blocks.append(Table(one["title"], tuple(one["head"]), rows, one["more"]))
        else:
            blocks.append(Sentence((f"{one['title']}: {one['empty']}",), "note"))
    return Section(f"{s['title']}", tuple(blocks), is_new_page=True)
