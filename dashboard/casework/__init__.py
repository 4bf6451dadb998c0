"""Work on clues: what may be done next, its forms, doing it, telling what was done. Everything asks access."""

from dashboard.casework.routes import work_routes

__all__ = ["work_routes"]
