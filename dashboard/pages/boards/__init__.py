"""The boards page 专题: waste incinerators, electronic supervision, VOC areas, bare land."""

from dashboard.page import Page
from dashboard.pages.boards.view import layout
from dashboard.urls import BOARDS

PAGE = Page("boards", BOARDS, layout)

__all__ = ["PAGE"]
