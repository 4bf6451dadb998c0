"""The loop's page 闭环: how far the clues came, what is late, whom to send where, and whether fixes hold."""

from dashboard.page import Page
from dashboard.pages.loop.view import layout
from dashboard.urls import LOOP

PAGE = Page("loop", LOOP, layout)

__all__ = ["PAGE"]
