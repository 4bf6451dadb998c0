"""Every id of the dossier page."""

from enum import StrEnum, unique


@unique
class Ids(StrEnum):
    """Ids as page-thing."""

    SEARCH = "dossier-search"
    TOOLS = "dossier-tools"
    HEAD = "dossier-head"
    READING = "dossier-reading"
    READING_STATE = "dossier-reading-state"
    AXIS = "dossier-axis"
    AXIS_STATE = "dossier-axis-state"
    TABLES = "dossier-tables"
