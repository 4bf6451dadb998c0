"""A folder that is watched: files complete are read and kept, nothing is moved, what was seen is known by its hash."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Any, cast

import duckdb

from data_adapters.run import run_source
from data_adapters.source import AdapterError
from data_adapters.sources.category import CategoryResult
from data_adapters.store.handover import china_now, keep, known_accounts, known_hashes, write_beside
from data_adapters.store.staging_files import is_complete, sha256_of

log = logging.getLogger(__name__)
SEEN = "watched.json"
MAX_FILES = 20_000
MAX_SEEN = 200_000
Look = tuple[int, int]  # size and time of change


@dataclass(frozen=True)
class Outcome:
    """What became of a file."""

    file: str
    sha256: str
    status: str  # kept, failed or known
    read: int = 0
    accepted: int = 0
    error: str | None = None


@dataclass
class Watch:
    """One folder, one category, one store."""

    folder: Path
    store: Path
    options: Mapping[str, Any]
    seen: dict[str, dict[str, Any]] = field(default_factory=dict)
    _looks: dict[Path, Look] = field(default_factory=dict)
    _done: dict[Path, Look] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Remembers what an earlier run has seen.

        Raises  AdapterError if the folder is none
        """
        if not self.folder.is_dir():
            raise AdapterError(self.folder, "is no folder that could be watched")
        path = self.store / SEEN
        self.seen = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}

    def poll(self, stopped: Callable[[], bool] = lambda: False) -> Iterator[Outcome]:
        """Takes in each file that has not changed since the look before, and was not seen."""
        looks = self._present()
        self._done = {path: look for path, look in self._done.items() if looks.get(path) == look}
        before, self._looks = self._looks, looks
        for path, look in sorted(looks.items(), key=lambda item: (item[1][1], item[0])):
            if stopped():
                return
            if look[0] == 0 or before.get(path) != look or self._done.get(path) == look:
                continue
            outcome = self._take(path)
            if outcome is not None:
                self._done[path] = look
                yield outcome

    def _present(self) -> dict[Path, Look]:
        found: dict[Path, Look] = {}
        try:
            for path in self.folder.iterdir():
                if len(found) >= MAX_FILES:
                    log.warning("folder=%s more_than=%d files: the rest waits", self.folder, MAX_FILES)
                    break
                if is_complete(path):
                    look = _look(path)
                    if look:
                        found[path] = look
        except OSError as error:
            log.error("folder=%s cannot be listed: %s", self.folder, error.strerror)
        return found

    def _take(self, path: Path) -> Outcome | None:
        """What became of a file; nothing if it is to be tried again."""
        try:
            digest = sha256_of(path)
        except OSError as error:
            return Outcome(path.name, "", "failed", error=f"{path}: cannot be read: {error.strerror}")
        if digest in self.seen or digest in known_hashes(known_accounts(self.store)):
            return Outcome(path.name, digest, "known")
        run = run_source("category", [path], self.options)
        failure = run.error
        read, accepted = (run.result.read, run.result.accepted) if run.result else (0, 0)
        if run.result is not None and failure is None:
            failure = next((account.error for account in run.result.files if account.error), None)
            try:
                keep(self.store, cast(CategoryResult, run.result), china_now())
            except (OSError, duckdb.Error) as problem:
                log.error("file=%s not kept, will be tried again: %s", path.name, problem)
                return None
        outcome = Outcome(path.name, digest, "failed" if failure else "kept", read, accepted, failure)
        self._remember(outcome)
        return outcome

    def _remember(self, outcome: Outcome) -> None:
        self.seen[outcome.sha256] = {
            "file": outcome.file,
            "code": str(self.options.get("code", "")),
            "at": china_now().isoformat(timespec="seconds"),
            "status": outcome.status,
            "error": outcome.error,
        }
        while len(self.seen) > MAX_SEEN:
            self.seen.pop(next(iter(self.seen)))
        try:
            self.store.mkdir(parents=True, exist_ok=True)
            write_beside(self.store / SEEN, self.seen)
        except OSError as error:
            log.error("store=%s cannot be written: %s", self.store, error.strerror)


def run_watch(watch: Watch, stop: Event, told: Callable[[Outcome], None], interval_s: float, *, is_once: bool) -> int:
    """The number of files that failed; goes on until `stop` is set, or all that lies there is read."""
    failed = 0
    rounds = 0
    while not stop.is_set():
        for outcome in watch.poll(stop.is_set):
            failed += outcome.status == "failed"
            told(outcome)
        rounds += 1
        if is_once and rounds >= 2:
            break
        stop.wait(interval_s)
    return failed


def _look(path: Path) -> Look | None:
    try:
        state = path.stat()
        return (state.st_size, state.st_mtime_ns) if path.is_file() else None
    except OSError:
        return None
