"""Dispatch: what the loop's page asks and does: its numbers, pushes in bulk, draws by lot and their lists."""

from dashboard.dispatch.routes import loop_routes

__all__ = ["loop_routes"]
