"""Every page and scene of the dashboard, in one place: what is pictured, and what the browser tests look at.

A page to come is a line here. `{...}` are filled by the case that the tour tells of; a scene that needs one is left out
where the snapshot has none.
"""

from __future__ import annotations

import re
from pathlib import Path

from dashboard.data.store import Store
from dashboard.tour.steps import tour_case

SCENES = {
    "situation": "/",
    "county": "/?map={cell_lon},{cell_lat},9.5&pollutant=NOx",
    "clue-card": "/?sel=clue:{clue_idx}&map={cell_lon},{cell_lat},11",
    "table": "/?table=1",
    "clues": "/clues",
    "clue": "/clues?view=all&open={clue_id}",
    "dossier-search": "/dossier",
    "dossier": "/dossier?id={enterprise_id}",
    "loop": "/loop",
    "loop-teams": "/loop?tab=teams",
    "loop-supervision": "/loop?tab=supervision",
    "rounds": "/rounds",
    "rounds-next": "/rounds?tab=planner",
    "trends": "/trends",
    "boards-incineration": "/boards",
    "boards-supervision": "/boards?tab=supervision",
    "boards-voc": "/boards?tab=voc",
    "boards-bare-land": "/boards?tab=bare_land",
    "briefing": "/briefing",
    "methods": "/methods",
    "rule": "/methods?rule=R01",
    "sources": "/sources",
    "source": "/sources?code=A01",
    "wall": "/wall",
    "wall-region": "/wall?scene=region-g_YRD",
    "wall-voc": "/wall?scene=voc",
    "wall-incineration": "/wall?scene=incineration",
    "wall-supervision": "/wall?scene=supervision",
    "wall-loop": "/wall?scene=loop",
    "wall-sources": "/wall?scene=sources",
}


def scenes(snapshots: Path) -> dict[str, str]:
    """Name and address of each scene that the snapshot in use can show."""
    case = tour_case(Store(snapshots, "1GB").current()) or {}
    return {
        name: path.format(**case)
        for name, path in SCENES.items()
        if all(case.get(field) is not None for field in re.findall(r"{(\w+)}", path))
    }


def worded(path: str, language: str, theme: str) -> str:
    """The address in a language and a theme."""
    return f"{path}{'&' if '?' in path else '?'}lang={language}&theme={theme}"
