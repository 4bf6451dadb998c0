"""The wall 大屏: one long-lived page on which the scenes of a playlist take turns; nobody operates it."""

from dashboard.page import Page
from dashboard.pages.wall.view import layout
from dashboard.urls import WALL

PAGE = Page("wall", WALL, layout, has_header=False)

__all__ = ["PAGE"]
