"""Every id of the rounds page."""

from enum import StrEnum, unique


@unique
class Ids(StrEnum):
    """Ids as page-thing; a panel's state slot is `<panel>-state`."""

    CONTROLS = "rounds-controls"
    SENTENCE = "rounds-sentence"
    HEAT = "rounds-heat"
    AGAINST = "rounds-against"
    TYPES = "rounds-types"
    TEAMS = "rounds-teams"
    INDUSTRIES = "rounds-industries"
    FOUND_BY = "rounds-found"
    HOURS = "rounds-hours"
    VISITS = "rounds-visits"
    PLANNER = "rounds-planner"
    WEIGHTS = "rounds-weights"
