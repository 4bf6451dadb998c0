"""The rounds page 轮次: regions by round, a span together, round against round, and where to go next."""

from dashboard.page import Page
from dashboard.pages.rounds.view import layout
from dashboard.urls import ROUNDS

PAGE = Page("rounds", ROUNDS, layout)

__all__ = ["PAGE"]
