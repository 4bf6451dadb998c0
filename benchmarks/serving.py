"""The dashboard as its own process, as it runs in earnest."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]


@contextmanager
def server(snapshots: Path, settings: Mapping[str, str] | None = None) -> Iterator[str]:
    """The address of a server over `snapshots`, answering."""
    told = {f"LOOKOUT_{name.upper()}": value for name, value in (settings or {}).items()}
    port = free_port()
    command = [sys.executable, "app.py", "--snapshots", str(snapshots), "--port", str(port)]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, cwd=REPOSITORY, stdout=quiet, stderr=quiet, env=os.environ | told)
    try:
        url = f"http://127.0.0.1:{port}"
        wait_for(f"{url}/healthz", process)
        yield url
    finally:
        process.terminate()
        process.wait(10)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str, process: subprocess.Popen[bytes], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with code {process.returncode}")
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(url)
