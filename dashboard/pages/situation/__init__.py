"""The situation page 态势: what is where, how serious, who has it, and how it moves."""

from dashboard.pages.situation.callbacks import PAGE

__all__ = ["PAGE"]
