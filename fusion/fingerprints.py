"""What the tables of a build hold, as one short text each: equal texts, equal rows.

A table of the store is known by the content of its parts, whatever their names' times say; one a source gave by its
rows; one made from the store by the tables its text names.
"""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

from data_adapters.tables import TABLES
from fusion.engine import step_sql
from fusion.findings import words_of
from fusion.given import MADE
from fusion.kept import Fingerprint, table_hash
from fusion.sources import Gathered
from fusion.store import Store
from fusion.stored import NAME


class Fingerprints:
    """The tables of one build; its parts are read once, before anything else asks for them."""

    def __init__(self, store: Store, gathered: Gathered, threads: int) -> None:
        """Takes what sources gave, and the hash of every part of the store."""
        self._store = store
        self._gathered = gathered
        self._given: dict[str, str] = {}
        self._names = TABLES.keys() | store.codes.keys()
        parts = [part for name in store.codes for code in store.codes[name] for part in store.days(name, code).values()]
        with ThreadPoolExecutor(threads) as pool:
            self._parts = dict(zip(parts, pool.map(_file_hash, parts), strict=True))

    def at(self, as_of: datetime) -> Fingerprint:
        """The fingerprint of a table by its name, of dated ones as it was at `as_of`; of another word none."""
        return lambda word: self._of(word, as_of) if word in self._names else ""

    def _of(self, name: str, as_of: datetime) -> str:
        if name in TABLES and not self._is_stored(name):
            if name not in self._given:
                self._given[name] = table_hash(self._gathered.tables[name])
            return self._given[name]
        if name in MADE:
            made_of = sorted(words_of(step_sql(f"from_store/{name}")) & self._names - MADE.keys())
            return " ".join(f"{one}={self._of(one, as_of)}" for one in made_of)
        found = hashlib.sha256()
        for code in self._store.codes[name]:
            for day, path in self._store.parts(name, code, as_of).items():
                found.update(f"{code} {day} {self._parts[path]}\n".encode())
        return found.hexdigest()

    def _is_stored(self, name: str) -> bool:
        return self._gathered.states[name].source == NAME


def _file_hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
