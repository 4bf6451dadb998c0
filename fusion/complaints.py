"""How this floor's commands complain: one line on the error stream, and exit code 2."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
import typer

from data_adapters.source import AdapterError
from fusion.errors import FusionError

UNUSABLE = 2


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Turn what a user can mend into one line; anything else is a fault of the program and stays one."""
    try:
        yield
    except (FusionError, AdapterError, OSError, duckdb.IOException) as error:
        typer.echo(f"fusion: {' '.join(str(error).split())}", err=True)
        raise typer.Exit(UNUSABLE) from error
