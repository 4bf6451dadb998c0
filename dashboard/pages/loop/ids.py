"""Every id of the loop's page."""

from enum import StrEnum, unique


@unique
class Ids(StrEnum):
    """Ids as page-thing."""

    FILTERS = "loop-filters"
    TABS = "loop-tabs"
    STATE = "loop-state"
    BODY = "loop-body"
