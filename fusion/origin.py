"""Where the boundaries come from, in the words the map shows."""

from __future__ import annotations

import tomllib
from importlib import resources

from fusion.config import Config


def boundary_origin(config: Config) -> tuple[str, str | None]:
    """Title and review number (审图号) of the boundaries; no number is invented where none is known."""
    given = config.boundary
    files = [path.name for source in config.source if source.name == "boundaries" for path in config.paths_of(source)]
    if files:
        return given.title or ", ".join(files), given.review_no or None
    sidecar = resources.files("data_adapters").joinpath("sources", "boundaries.toml").read_text("utf-8")
    known = tomllib.loads(sidecar)
    return given.title or str(known["provider"]), given.review_no or known.get("review_no") or None
