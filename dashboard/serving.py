"""The web server: threads that answer, and browsers that stay connected between their questions."""

from __future__ import annotations

import socket

import waitress.server
from flask import Flask
from waitress.server import BaseWSGIServer, MultiSocketServer

# A browser keeps up to six connections. One beyond this number waits unanswered until another falls idle.
CONNECTIONS = 1000
IDLE_S = 60


def create_server(app: Flask, threads: int, listener: socket.socket) -> MultiSocketServer | BaseWSGIServer:
    """A server of `app` for who calls at `listener`; `run()` serves until stopped."""
    return waitress.server.create_server(
        app,
        sockets=[listener],
        threads=threads,
        connection_limit=CONNECTIONS,
        channel_timeout=IDLE_S,
        asyncore_use_poll=True,  # select knows no file beyond the 1,024th
        ident=None,
    )
