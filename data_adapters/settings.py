"""What the adapters take from the environment: secrets, and nothing else."""

from __future__ import annotations

import os


def secret(name: str) -> str | None:
    """A secret by the name of its variable; it is kept nowhere."""
    return os.environ.get(name) or None
