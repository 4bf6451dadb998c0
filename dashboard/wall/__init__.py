"""The wall 大屏: scenes of a playlist for screens that nobody operates, each one answer that many share."""

from dashboard.wall.routes import wall_routes

__all__ = ["wall_routes"]
