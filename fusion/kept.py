"""Answers a build keeps for the next one: each beside what it was read from, and used only while that is the same.

An answer is found by its question: the texts, numbers and times that made it, and the program as it is. With it stand
the tables that were read and the fingerprint of each; where one differs now, the answer is made anew. So what is kept
can save time and can't change what a build says. A file carries the hash of its own content in its name: one that is
half written, or damaged since, is not used.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import pyarrow as pa

import data_adapters
import fusion

log = logging.getLogger(__name__)

FOLDER = ".kept"
READ = b"lookout.read"
LIBRARIES = ("duckdb", "numpy", "pandas", "pyarrow", "pyproj", "scipy", "shapely")
TEXTS = (".py", ".sql", ".toml", ".csv")
DIGITS = 32

Fingerprint = Callable[[str], str]  # empty for a word that names no table
Made = tuple[pa.Table, Iterable[str]]  # an answer, and words among which are the names of all tables it read


@dataclass(frozen=True)
class Kept:
    """The answers in a folder, good for the tables as `fingerprint` tells them; `used` are the files of this build."""

    folder: Path
    fingerprint: Fingerprint
    used: set[str] = field(default_factory=set)

    def answer(self, name: str, question: Mapping[str, Any], make: Callable[[], Made]) -> pa.Table:
        """The table that answers a question: the one kept, else the one made; of the words given, some name tables."""
        begin = f"{name}.{_hash_of(json.dumps([question, program()], sort_keys=True, default=str).encode())}"
        found = self._find(begin)
        if found is not None:
            return found
        data, words = make()
        read = {word: known for word in sorted(words) if (known := self.fingerprint(word))}
        self._keep(begin, data, read)
        return data

    def _find(self, begin: str) -> pa.Table | None:
        for path in sorted(self.folder.glob(f"{begin}.*.arrow")):
            data = _read(path)
            if data is None:
                log.warning("kept=%s is damaged and made anew", path.name)
                continue
            read = json.loads(data.schema.metadata[READ])
            if all(self.fingerprint(one) == known for one, known in read.items()):
                self.used.add(path.name)
                return data.replace_schema_metadata()
        return None

    def _keep(self, begin: str, data: pa.Table, read: Mapping[str, str]) -> None:
        """Write an answer beside and rename it; a disk that refuses costs the next build time, not this one its end."""
        content = _content(data.replace_schema_metadata({READ: json.dumps(read)}))
        name = f"{begin}.{_hash_of(content)}.arrow"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            beside = self.folder / f".{name}.{os.getpid()}"
            beside.write_bytes(content)
            os.replace(beside, beside.with_name(name))
        except OSError as error:
            log.warning("kept=%s not written: %s", name, error)
            return
        self.used.add(name)


def sweep(folder: Path, used: Iterable[str]) -> None:
    """Remove what the last build had no use for, and what a killed one left half written."""
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.name not in set(used):
            path.unlink(missing_ok=True)


@cache
def program() -> str:
    """The hash of everything that reckons: the files of both floors, the libraries, Python itself."""
    found = hashlib.sha256(sys.version.encode())
    for library in LIBRARIES:
        found.update(f"{library} {metadata.version(library)}\n".encode())
    for package in (data_adapters, fusion):
        for path in sorted(one for root in package.__path__ for one in Path(root).rglob("*") if one.suffix in TEXTS):
            found.update(f"{path.name}\n".encode() + path.read_bytes())
    return found.hexdigest()[:DIGITS]


def table_hash(data: pa.Table) -> str:
    """The hash of the rows of a table in memory."""
    return _hash_of(_content(data.combine_chunks()))


def _hash_of(content: bytes | pa.Buffer) -> str:
    return hashlib.sha256(content).hexdigest()[:DIGITS]


def _content(data: pa.Table) -> pa.Buffer:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, data.schema) as file:
        file.write_table(data)
    return sink.getvalue()


def _read(path: Path) -> pa.Table | None:
    """The table in a file; none where the content is not what its name says."""
    try:
        content = path.read_bytes()
        if _hash_of(content) != path.name.split(".")[-2]:
            return None
        return pa.ipc.open_file(content).read_all()
    except (OSError, pa.ArrowInvalid):
        return None
