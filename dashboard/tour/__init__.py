"""The tour 导览: in two minutes from a red cell to how often a rule was right, over one case of the snapshot."""

from dashboard.tour.routes import tour_routes

__all__ = ["tour_routes"]
