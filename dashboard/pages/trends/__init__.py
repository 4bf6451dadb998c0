"""The emission trends page 排放趋势: fleet, industries, clusters and enterprises, before and during an alert."""

from dashboard.page import Page
from dashboard.pages.trends.view import layout
from dashboard.urls import TRENDS

PAGE = Page("trends", TRENDS, layout)

__all__ = ["PAGE"]
