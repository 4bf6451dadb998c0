"""How wide the columns of a table are, from what stands in them."""

from __future__ import annotations

from dashboard.briefing.chart_svg import text_width
from dashboard.briefing.document import Table, text_of

LEAST = 2.6
MOST = 15.0
MOST_WIDE = 26.0
LEAST_WIDE = 6.0
ROOM = 1.5
LOOKED_AT = 60


def column_shares(table: Table, room_em: float) -> list[float]:
    """The share of each column, together 1, where `room_em` signs fit beside each other: wide ones give way first."""
    needs = []
    for at, head in enumerate(table.head):
        texts = [head, *(text_of(row[at]) for row in table.rows[:LOOKED_AT])]
        longest = max(text_width(text, 1.0) for text in texts) + ROOM
        needs.append(min(max(longest, LEAST), MOST_WIDE if at in table.wide else MOST))
    wide = [at for at in table.wide if at < len(needs)]
    rest = room_em - sum(need for at, need in enumerate(needs) if at not in wide)
    asked = sum(needs[at] for at in wide)
    if wide and asked > rest:
        for at in wide:
            needs[at] = max(LEAST_WIDE, needs[at] * rest / asked)
    whole = sum(needs) or 1.0
    return [one / whole for one in needs]
