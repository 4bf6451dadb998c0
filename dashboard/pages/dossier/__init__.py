"""The dossier page 一企一档: what is known of one enterprise, on one time axis and in plain words."""

from dashboard.page import Page
from dashboard.pages.dossier.view import layout
from dashboard.urls import DOSSIER

PAGE = Page("dossier", DOSSIER, layout)

__all__ = ["PAGE"]
