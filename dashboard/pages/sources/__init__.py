"""The catalogue page 数据目录: which data are there, how fresh, how good, and what became of every row."""

from dashboard.page import Page
from dashboard.pages.sources.view import layout
from dashboard.urls import SOURCES

PAGE = Page("sources", SOURCES, layout)

__all__ = ["PAGE"]
