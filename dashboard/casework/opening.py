"""The casebook of an app: where the settings say, opened and brought up to date when it is first needed."""

from __future__ import annotations

import threading
from collections.abc import Callable

from dashboard.casebook.store import Casebook, open_casebook
from dashboard.settings import Settings


def casebook_of(settings: Settings) -> Callable[[], Casebook]:
    """What gives the one casebook of these settings; nothing is opened before it is first called."""
    opened: list[Casebook] = []
    opening = threading.Lock()

    def casebook() -> Casebook:
        with opening:
            if not opened:
                opened.append(open_casebook(settings.casebook, settings.attachments))
        return opened[0]

    return casebook
