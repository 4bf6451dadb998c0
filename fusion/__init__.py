"""Canonical tables become one immutable snapshot here."""

__version__ = "0.1.0"
