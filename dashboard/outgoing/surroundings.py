"""What puts an event into words: names of places, where the data come from, the salt of masked names."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from dashboard.data.place_names import data_origin, place_names
from dashboard.outgoing.messages import Surroundings


@dataclass(frozen=True)
class Atlas:
    """Over the folder of snapshots."""

    snapshots: Path
    salt: str
    public_url: str = ""

    def around(self, language: str, snapshot_id: str) -> Surroundings:
        """The surroundings of an event about a clue of that snapshot."""
        return Surroundings(
            places=place_names(self.snapshots, language),
            origin=data_origin(self.snapshots, snapshot_id),
            salt=self.salt,
            base_url=self.public_url,
        )
