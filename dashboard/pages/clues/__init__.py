"""The clues page 线索: what waits for whom, why it was raised, and the steps that are open to the one who looks."""

from dash import Input, State

from dashboard.page import Page
from dashboard.pages.clues.ids import Ids
from dashboard.pages.clues.view import layout
from dashboard.urls import CLUES

PAGE = Page("clues", CLUES, layout)
for _control in (Ids.REGION, Ids.ROUNDS, Ids.CATEGORY, Ids.RULE, Ids.STATUS, Ids.SEVERITY):
    PAGE.clientside("lookout_controls", "moved", Input(_control, "value"), State(_control, "id"))

__all__ = ["PAGE"]
