"""Every id of the clues page."""

from enum import StrEnum, unique


@unique
class Ids(StrEnum):
    """Ids as page-thing. A panel `<id>` has its state in `<id>-state`."""

    SEARCH = "clues-search"
    REGION = "clues-region"
    ROUNDS = "clues-rounds"
    CATEGORY = "clues-category"
    RULE = "clues-rule"
    STATUS = "clues-status"
    SEVERITY = "clues-severity"
    CHIPS = "clues-chips"
    CRUMBS = "clues-crumbs"
    NOTICE = "clues-notice"
    VIEWS = "clues-views"
    SAVED = "clues-saved"
    BULK = "clues-bulk"
    LIST_STATE = "clues-list-state"
    TABLE = "clues-table"
    TABLE_SLOT = "clues-table-slot"
    DRAWER = "clues-drawer"
