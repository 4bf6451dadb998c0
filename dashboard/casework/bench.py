"""Where one request works: who asks, the snapshot as they may see it, the casebook, the words of their language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import abort

from dashboard.access import Viewer
from dashboard.casebook.states import STATES, allowed
from dashboard.casebook.store import Casebook
from dashboard.data import worklist
from dashboard.data.live import live
from dashboard.data.store import Loaded
from dashboard.data.worklist_names import names_of
from dashboard.i18n import Words

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True)
class Bench:
    """All that a piece of work needs; made anew for every request."""

    viewer: Viewer
    loaded: Loaded
    casebook: Casebook
    t: Words

    def live(self) -> duckdb.DuckDBPyConnection:
        """A cursor in which `clues_now` and `events_now` are as the casebook has them at this moment."""
        return live(self.loaded, self.casebook)

    @property
    def now(self) -> datetime:
        """The wall time of the house."""
        return self.casebook.clock()

    @property
    def clocks(self) -> tuple[datetime, datetime]:
        """Now, and the time by which clocks that only the register set are read.

        Note    an invented register stands still at its last hour; by today's time all its clocks would have run out
        """
        manifest = self.loaded.manifest
        return self.now, datetime.fromisoformat(manifest.as_of) if manifest.is_synthetic else self.now

    @property
    def seq(self) -> int:
        """The number of the newest event."""
        return self.casebook.seq()

    @property
    def folder(self) -> Path:
        """Where files are kept.

        Raises  404 where nothing is kept
        """
        if self.casebook.folder is None:
            abort(404)
        return self.casebook.folder

    def clue(self, clue_id: str) -> dict[str, Any] | None:
        """One clue as it stands now, with its names; None where the viewer has no such clue."""
        found = worklist.standing(self.live(), clue_id, self.clocks)
        return None if found is None else names_of(self.loaded).named(found)

    @cached_property
    def states(self) -> tuple[str, ...]:
        """The states in which the viewer may do the next step."""
        roles = self.viewer.actor().roles
        return worklist.states_of_queue([state for state in STATES if allowed(state, roles)])

    def wanted(self, view: str, text: str, sort: str) -> worklist.Wanted:
        """What of the list is looked at."""
        return worklist.Wanted(view, text, worklist.sorts_of(sort), self.states, self.viewer.actor(), *self.clocks)


def whole_number(text: str | None, otherwise: int) -> int:
    """The number a text tells, `otherwise` where it tells none."""
    return int(text) if text is not None and text.removeprefix("-").isdecimal() and len(text) < 12 else otherwise
