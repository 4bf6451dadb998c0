"""The briefing page 简报: choose a recipe, see it as paper, take it away as DOCX, PPTX or PDF."""

from dashboard.page import Page
from dashboard.pages.briefing.view import layout
from dashboard.urls import BRIEFING

PAGE = Page("briefing", BRIEFING, layout)

__all__ = ["PAGE"]
