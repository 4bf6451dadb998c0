"""Serve the dashboard: `python app.py [--snapshots DIR] [--port N]`."""

from __future__ import annotations

import ctypes
import errno
import logging
import os
import resource
import socket
from pathlib import Path
from typing import Annotated

import typer

from dashboard.access import AccessError, check_binding
from dashboard.accounts.sessions import is_closed, open_accounts
from dashboard.briefing.press import start_press
from dashboard.briefing.recipes import RecipeError
from dashboard.briefing.schedule import ScheduleError
from dashboard.casework.clockwork import start_clockwork
from dashboard.factory import create_app
from dashboard.outgoing.service import start_beside
from dashboard.outgoing.targets import OutgoingError
from dashboard.serving import CONNECTIONS, create_server
from dashboard.settings import Settings, read_settings
from dashboard.wall.playlist import PlaylistError
from fusion.snapshot import SnapshotError

# Of glibc's malloc.h.
M_ARENA_MAX = -8


def main(
    snapshots: Annotated[Path | None, typer.Option(help="folder that holds the snapshots")] = None,
    port: Annotated[int | None, typer.Option(help="port to serve on", min=1, max=65535)] = None,
    host: Annotated[str | None, typer.Option(help="address to serve on; this machine only by default")] = None,
) -> None:
    """Serve the newest snapshot on http://HOST:PORT until stopped."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    _share_memory()
    _allow_connections()
    asked = {"snapshots": snapshots, "port": port, "host": host}
    settings = read_settings(**{name: value for name, value in asked.items() if value is not None})
    try:
        check_binding(settings, is_closed(settings, open_accounts(settings)))
        listener = _listen(settings)
        app = create_app(settings)
        snapshot = app.store.current()
        start_beside(settings)
        start_clockwork(app.store, app.server.config["lookout.casebook"]())
        start_press(settings, app.store, app.server.config["lookout.casebook"]())
    except (AccessError, OSError, OutgoingError, PlaylistError, RecipeError, ScheduleError, SnapshotError) as error:
        typer.echo(f"lookout: {error}", err=True)
        raise typer.Exit(2) from None
    typer.echo(f"Lookout 瞭望  http://{settings.host}:{settings.port}  snapshot {snapshot.id}")
    create_server(app.server, settings.threads, listener).run()


def _share_memory() -> None:
    """Let threads share arenas of memory, one a core: each keeps what it was once given, for weeks under a wall."""
    if hasattr(libc := ctypes.CDLL(None), "mallopt"):
        libc.mallopt(M_ARENA_MAX, os.cpu_count() or 1)


def _allow_connections() -> None:
    """Let this process hold a file for each connection and as many others, as far as the machine allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * CONNECTIONS if hard == resource.RLIM_INFINITY else min(2 * CONNECTIONS, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _listen(settings: Settings) -> socket.socket:
    """A socket bound to the address, so that a taken port is told before anything is loaded.

    Raises  OSError with what to do
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise OSError(f"port {settings.port} is taken; choose another: make run PORT={settings.port + 1}") from None
        raise OSError(f"can't serve on {settings.host}:{settings.port}: {error.strerror}") from None
    return listener


if __name__ == "__main__":
    typer.run(main)
