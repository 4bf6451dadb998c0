"""Every id of the trends page."""

from enum import StrEnum, unique


@unique
class Ids(StrEnum):
    """Ids as page-thing; a panel's state slot is `<panel>-state`."""

    CONTROLS = "trends-controls"
    CHART = "trends-chart"
    LIST = "trends-list"
    SENTENCE = "trends-sentence"
