"""Every id of the wall."""

from enum import StrEnum, unique


@unique
class Ids(StrEnum):
    """Ids as page-thing."""

    STAGE = "wall-stage"
    TITLE = "wall-title"
    STEPS = "wall-steps"
    ROUND = "wall-round"
    CLOCK = "wall-clock"
    DAY = "wall-day"
    BADGE = "wall-badge"
    FIGURES = "wall-figures"
    SIDE = "wall-side"
    STRIP = "wall-strip"
    MAP_PANEL = "wall-map-panel"
    MAP = "wall-map"
    MAP_CANVAS = "wall-map-canvas"
    FRONT = "wall-front"
    LEGEND = "wall-legend"
    LEGEND_NEXT = "wall-legend-next"
    SOURCE = "wall-source"
    INSET = "wall-inset"
    TILES = "wall-tiles"
    FOOT = "wall-foot"
