"""A PostgreSQL server of the tests' own: a cluster in a temporary folder, under a user that is not root."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PASSWORD = "s3cret-pass"


def binaries() -> Path | None:
    """The folder of initdb and postgres."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    if found:
        return found[-1].parent
    there = shutil.which("initdb")
    return Path(there).resolve().parent if there else None


def account() -> dict[str, int]:
    """Whom the server runs as: the server refuses root."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": user.pw_uid, "group": user.pw_gid}
    raise RuntimeError("there is no user to run the server as")


@contextmanager
def server() -> Iterator[str]:
    """Its address, with a password."""
    bin_folder = binaries()
    assert bin_folder is not None
    who = account()
    folder = Path(tempfile.mkdtemp(prefix="lookout-pg-"))
    secret = folder / "password"
    secret.write_text(PASSWORD)
    if who:
        for path in (folder, secret):
            os.chown(path, who["user"], who["group"])
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    cluster = folder / "cluster"
    rest = {"cwd": folder, "check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **who}
    made = ["-U", "lookout", "-A", "scram-sha-256", f"--pwfile={secret}", "-E", "UTF8", "--locale=C", "-N"]
    try:
        subprocess.run([bin_folder / "initdb", "-D", cluster, *made], **rest)
        asked = f"-p {port} -h 127.0.0.1 -k {folder} -c fsync=off"
        control = [bin_folder / "pg_ctl", "-D", cluster, "-w"]
        subprocess.run([*control, "-o", asked, "-l", folder / "log", "start"], **rest)
        try:
            yield f"postgresql://lookout:{PASSWORD}@127.0.0.1:{port}/postgres"
        finally:
            subprocess.run([*control, "-m", "immediate", "stop"], **rest)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
