"""Every id of the catalogue page."""

from enum import StrEnum, unique


@unique
class Ids(StrEnum):
    """Ids as page-thing."""

    SEARCH = "sources-search"
    TALLY = "sources-tally"
    GROUPS = "sources-groups"
    TABLE = "sources-table"
    TABLE_STATE = "sources-table-state"
    DETAIL = "sources-detail"
    FILES = "sources-files"
    FILES_STATE = "sources-files-state"
    REJECTS = "sources-rejects"
    REJECTS_STATE = "sources-rejects-state"
    POSITIONS = "sources-positions"
    POSITIONS_STATE = "sources-positions-state"
    POSITIONS_EXPORT = "sources-positions-export"
