"""Every id of the briefing page."""

from enum import StrEnum, unique


@unique
class Ids(StrEnum):
    """Ids as page-thing."""

    CONTROLS = "briefing-controls"
    FILES = "briefing-files"
    PAPER = "briefing-paper"
    STATE = "briefing-state"
