"""What can go wrong on this floor, told in one line with a hint."""

from __future__ import annotations


class FusionError(Exception):
    """A build that can't go on: what happened, and what to do about it."""

    def __init__(self, message: str, hint: str = "") -> None:
        """`message` says what happened, `hint` what to do about it."""
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        """Message and hint in one line."""
        text = f"{self.message}; {self.hint}" if self.hint else self.message
        return " ".join(text.split())


class ConfigError(FusionError):
    """`lookout.toml` says something that can't be meant."""


class SnapshotError(FusionError):
    """There is no snapshot to serve, or it isn't what was published."""
