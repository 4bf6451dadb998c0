"""The methods page 规则与精度: what every rule says, with which numbers, and how often it was right."""

from dashboard.page import Page
from dashboard.pages.methods.view import layout
from dashboard.urls import METHODS

PAGE = Page("methods", METHODS, layout)

__all__ = ["PAGE"]
