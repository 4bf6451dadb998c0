"""Every id of the page of a plant's own user."""

from enum import StrEnum, unique


@unique
class Ids(StrEnum):
    """Ids as page-thing."""

    HEAD = "own-head"
    ORDERS = "own-orders"
    ORDERS_STATE = "own-orders-state"
    AXIS = "own-axis"
    AXIS_STATE = "own-axis-state"
    TABLES = "own-tables"
