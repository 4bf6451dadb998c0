"""The page of a plant's own user 本企业: its dossier, its open orders, and the notes it writes to them."""

from dashboard.page import Page
from dashboard.pages.own.view import layout
from dashboard.urls import OWN

PAGE = Page("own", OWN, layout)

__all__ = ["PAGE"]
