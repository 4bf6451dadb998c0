"""Every id of the methods page."""

from enum import StrEnum, unique


@unique
class Ids(StrEnum):
    """Ids as page-thing."""

    SEARCH = "methods-search"
    GROUPS = "methods-groups"
    TALLY = "methods-tally"
    TABLE = "methods-table"
    TABLE_STATE = "methods-table-state"
    DETAIL = "methods-detail"
