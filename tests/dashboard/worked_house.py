"""A house in which people have worked: steps, words, files, lists by lot and clues made by hand, in several regions.

Everything that is written down names what it is about, so that what is told elsewhere can be recognised.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
from flask.testing import FlaskClient
from snapshot_builders import only_snapshot

from dashboard.settings import Grant

# Who works, by a name that can be told from all other words.
WORKER = "厂999999厂"
WORKERS = {WORKER: Grant(roles=("analyst", "dispatcher", "local_bureau", "inspector"))}
PLACES = ("140322", "340500", "410600")
ACCEPT = {"opinion": "", "excluded": ["bad_retrieval"], "severity": 2}


@dataclass(frozen=True)
class Work:
    """What was done. `files`: SHA-256 by clue; `by_hand`: the enterprise of each clue made by hand; `draws`: ids."""

    files: dict[str, str]
    by_hand: dict[str, str]
    draws: tuple[str, ...]

    def made_outside(self, inside: frozenset[str]) -> frozenset[str]:
        """Ids of the clues made by hand about enterprises that are not `inside`."""
        return frozenset(clue_id for clue_id, about in self.by_hand.items() if about not in inside)


def work_on(worker: FlaskClient, root: Path) -> Work:
    """Accept, push and discuss a clue of each place, with a file; draw lists; make clues of hot cells."""
    files = {}
    rows = {place: _clues(worker, place) for place in PLACES}
    for row in (row for place in PLACES for row in [*_waiting(rows[place])[:1], rows[place][0]]):
        clue_id, said = row["clue_id"], f"{row['clue_id']} {row['enterprise']} {WORKER}"
        is_waiting = row["state"] == "IDENTIFIED"
        if is_waiting:
            _sent(worker, f"clues/{clue_id}/screen_accept", payload=ACCEPT | {"opinion": said}, version=0)
        files[clue_id] = kept(worker, f"{said},1\n".encode(), f"{row['clue_id']}.csv", row["clue_id"])
        _sent(worker, f"clues/{clue_id}/comment", text=said, attachments=[files[clue_id]])
        if is_waiting:
            body = {"receiver": "T06", "round_code": row["round_code"], "due_on": "2099-01-05"}
            _sent(worker, f"clues/{clue_id}/push", payload=body, version=2)
    seeds = {place: f"{found[0]['clue_id']} seed" for place, found in rows.items()}
    draws = [
        _sent(worker, f"lots.json?region={place}", kind=kind, n=3, seed=seed, makes_checks=True)["draw_id"]
        for place, seed in seeds.items()
        for kind in ("dual_random", "control")
    ]
    return Work(files, dict(_made_by_hand(worker, root)), tuple(draws))


def kept(client: FlaskClient, content: bytes, name: str, clue_id: str) -> str:
    """The hash under which a file is kept for a clue."""
    answer = client.post("/work/attachments", data={"file": (io.BytesIO(content), name), "clue": clue_id})
    assert answer.status_code == 200, answer.get_json()
    return answer.get_json()["sha256"]


def hot_cells(root: Path) -> dict[int, list[dict[str, str]]]:
    """By city some hot cells, as an analyst names them who makes a clue of one."""
    asked = f"""select city_idx, cell_col, cell_row, date from '{only_snapshot(root).table("hotspots")}'
        where product = 'PM25' qualify row_number() over (partition by city_idx order by date, cell_col, cell_row) <= 4
        order by all"""
    found: dict[int, list[dict[str, str]]] = {}
    for city, col, row, day in duckdb.sql(asked).fetchall():
        cell = {"cell_id": f"G3-{col:04d}-{row:04d}", "product": "PM25", "day": day.isoformat()}
        found.setdefault(city, []).append(cell)
    return found


def _clues(worker: FlaskClient, place: str) -> list[dict]:
    rows = worker.get(f"/work/clues.json?view=all&region={place}&end=1000").get_json()["rows"]
    return [row for row in rows if row["enterprise"]]


def _waiting(rows: list[dict]) -> list[dict]:
    return [row for row in rows if row["state"] == "IDENTIFIED" and row["severity"] > 1]


def _sent(worker: FlaskClient, path: str, **body: object) -> dict:
    answer = worker.post(f"/work/{path}", json=body)
    assert answer.status_code == 200, (path, answer.get_json())
    return answer.get_json()


def _made_by_hand(worker: FlaskClient, root: Path) -> Iterator[tuple[str, str]]:
    """A clue of one hot cell of each city that has an enterprise near; of each what names it."""
    for cells in hot_cells(root).values():
        for cell in cells:
            asked = f"product={cell['product']}&day={cell['day']}"
            near = worker.get(f"/work/cells/{cell['cell_id']}.json?{asked}").get_json()["candidates"]
            if near:
                about = near[0]["enterprise_id"]
                said = f"{near[0]['name']} {WORKER}"
                made = _sent(worker, "clues", **cell, enterprise_ids=[about], grounds=said)
                yield made["clue"]["clue_id"], about
                break


def day_of_push() -> str:
    """The day on which what was just pushed is to be visited."""
    return f"{datetime.now():%Y-%m-%d}"
