"""Every id of the boards page."""

from enum import StrEnum, unique


@unique
class Ids(StrEnum):
    """Ids as page-thing; a panel's state slot is `<panel>-state`."""

    CONTROLS = "boards-controls"
    TALLY = "boards-tally"
    SENTENCE = "boards-sentence"
    PLANTS = "boards-plants"
    PLANT = "boards-plant"
    REGIONS = "boards-regions"
    CITIES = "boards-cities"
    THRESHOLDS = "boards-thresholds"
    MONTHS = "boards-months"
    FOUND = "boards-found"
    AREAS = "boards-areas"
    LAND = "boards-land"
