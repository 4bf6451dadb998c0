"""What is known about one enterprise, as its page has it."""

from __future__ import annotations

from dashboard.access import note_read
from dashboard.api.endpoint import Ask, Endpoint, Page
from dashboard.api.parameters import ENTERPRISE_ID
from dashboard.api.problems import Problem
from dashboard.api.words import plain
from dashboard.data.dossier import UnknownEnterprise, dossier
from dashboard.data.live import live


def show_dossier(ask: Ask) -> Page:
    """One enterprise."""
    enterprise_id = ask.values["enterprise_id"]
    try:
        found = dossier(ask.loaded, enterprise_id, db=live(ask.loaded, ask.book))
    except UnknownEnterprise as error:
        raise Problem("not_found", "there is no such enterprise, or it is out of scope") from error
    note_read("dossier", enterprise_id, ask.loaded.id)
    return Page({"enterprise_id": enterprise_id, "dossier": plain(found)})


ENDPOINTS = (
    Endpoint(
        path="/enterprises/{enterprise_id}/dossier",
        name="show_dossier",
        summary="Everything known about one enterprise",
        description="Permit limits, emission with marks, electricity, alerts, inspections, penalties, clues and "
        "visits, as its page has them. What is inside `dossier` may grow; complainants are never told.",
        permission="read:dossier",
        schema="Dossier",
        parameters=(ENTERPRISE_ID,),
        answer=show_dossier,
        problems=("not_found",),
    ),
)
