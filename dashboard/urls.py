"""Every address the dashboard answers, in one place.

Addresses of data begin with the snapshot's id, so they never change their answer and may be kept for ever.
"""

from __future__ import annotations

SITUATION = "/"
SOURCES = "/sources"
METHODS = "/methods"
HEALTH = "/healthz"
METRICS = "/metrics"
VERSION = "/data/version"
LAYER = "/data/<snapshot_id>/<layer>.arrow"
TREND = "/data/<snapshot_id>/trend.json"
DESCRIBE = "/data/<snapshot_id>/describe/<kind>/<int:index>.json"
RULES = "/data/<snapshot_id>/methods.json"
CATALOGUE = "/data/<snapshot_id>/sources.json"
SAMPLES = "/data/<snapshot_id>/sources/<code>.json"
EXPORT = "/data/<snapshot_id>/export/<table>.<form>"
FIGURES = "/data/<snapshot_id>/metrics.json"

GRID_BUNDLE = "/_dash-component-suites/dash_ag_grid/dash_ag_grid.min.js"


def data_root(snapshot_id: str) -> str:
    """The address below which all data of one snapshot lie."""
    return f"/data/{snapshot_id}"
