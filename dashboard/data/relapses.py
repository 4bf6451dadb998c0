"""The same thing found again: the snapshot's newer clues against the cases that were closed."""

from __future__ import annotations

from dashboard.casebook.records import Event
from dashboard.casebook.store import Casebook
from dashboard.data.clue_case import case_of
from dashboard.data.layers import sql
from dashboard.data.live import live
from dashboard.data.store import Loaded


def note_relapses(loaded: Loaded, casebook: Casebook) -> list[Event]:
    """Make each closed case RELAPSED that a clue of the snapshot shows to have come back; doing it again does nothing.

    Shape   `loaded` is the whole snapshot, not a viewer's part: names on record must be true
    """
    with live(loaded, casebook) as db:
        found = db.sql(sql("relapses")).to_arrow_table().to_pylist()
        findings = [case_of(db, loaded, row) for row in found]
    return [event for finding in findings for event in casebook.relapse(finding)]
