"""A query on a PostgreSQL server, for any category: the same checks and the same accounting as a file.

The answer streams through COPY into a working copy on disk, so memory stays small whatever its size. The transaction is
read-only and ends after a time. The address may hold a password: it is in no account, message or log.

Options  url        postgresql://user:password@host/database; better:
         url_env    name of the environment variable that holds it
         query      one SELECT; its column names are the headings
         timeout_s  after which the server gives up, 900 if not told
         code and the other options of source `category`
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import ExecStatus

from data_adapters.intake.wanted import wanted
from data_adapters.settings import secret
from data_adapters.source import AdapterError, FileAccount, SourceResult, sidecar
from data_adapters.sources.category import CategoryResult, read_files

OWN = ("url", "url_env", "query", "timeout_s")
MAX_BYTES = 64 << 30
PLAIN_HOST = re.compile(r"[\w./-]*(,[\w./-]+)*|\[?[0-9a-fA-F:.]+\]?")
NO_URL = ("the address is no PostgreSQL URL", "as postgresql://user@host:5432/database, with %40 for @ in a password")


class PostgresQuery:
    """Source `postgres`: the canonical table of the category."""

    name = "postgres"

    def read(self, paths: Sequence[Path], options: Mapping[str, Any]) -> SourceResult:
        """Every row of the answer that passes the checks of its columns, and every other with its reason."""
        asked = wanted(self.name, options, OWN)
        if paths:
            raise AdapterError(paths[0], "source postgres reads no files", "give options url_env and query")
        address = _address(options)
        query = str(options.get("query", "")).strip().rstrip(";")
        if not query:
            raise AdapterError("", "option query is missing", "as query='SELECT … FROM …'")
        limits = sidecar(self.name)["parameters"]
        timeout_s = _seconds(options.get("timeout_s", limits["statement_timeout_s"]))
        label = _label(address)
        with tempfile.TemporaryDirectory(prefix="lookout-postgres-") as folder:
            file = Path(folder) / "answer.csv"
            try:
                _copy(address, query, timeout_s, file)
            except AdapterError as error:
                return SourceResult({}, [FileAccount(label, error=str(AdapterError(label, error.message, error.hint)))])
            result = read_files(self.name, [file], replace(asked, encoding="utf-8"))
            return _relabelled(result, str(file), label)


def _address(options: Mapping[str, Any]) -> dict[str, Any]:
    """What to connect to. Raises AdapterError that does not repeat it."""
    name = options.get("url_env")
    url = secret(str(name)) if name else options.get("url")
    if not url:
        told = f"environment variable {name} is not set" if name else "option url or url_env is missing"
        raise AdapterError("", told, "as url_env=LOOKOUT_PG, with postgresql://… in that variable")
    try:
        address = {key: value for key, value in conninfo_to_dict(str(url)).items() if value is not None}
    except psycopg.Error:
        raise AdapterError("", *NO_URL) from None
    # a password with @ or : in it would be taken for host and port, and shown as such
    if not PLAIN_HOST.fullmatch(str(address.get("host", ""))) or not str(address.get("port", 5432)).isdigit():
        raise AdapterError("", *NO_URL)
    return address


def _label(address: Mapping[str, Any]) -> str:
    host, port = address.get("host", "localhost"), address.get("port", 5432)
    return f"postgresql://{host}:{port}/{address.get('dbname', '')}"


def _seconds(value: object) -> int:
    try:
        seconds = int(str(value))
    except ValueError:
        seconds = 0
    if seconds <= 0:
        raise AdapterError("", f"option timeout_s is {value!r}", "a number of seconds above 0")
    return seconds


def _copy(address: Mapping[str, Any], query: str, timeout_s: int, file: Path) -> None:
    """The answer as CSV.

    Raises  AdapterError for whatever the server or the disk says, without the password
    """
    limits = sidecar("postgres")["parameters"]
    own = {"connect_timeout": limits["connect_timeout_s"], "client_encoding": "utf8", "application_name": "lookout"}
    try:
        with psycopg.connect(**{**own, **address}) as server, file.open("wb") as kept:
            server.read_only = True
            server.execute(f"SET LOCAL statement_timeout = '{timeout_s}s'")
            server.execute("SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO, YMD'")
            _refuse_many(server, query)
            size = 0
            with server.cursor().copy(f"COPY ({query}\n) TO STDOUT (FORMAT csv, HEADER)".encode()) as answer:
                for block in answer:
                    size += kept.write(block)
                    if size > MAX_BYTES:
                        raise AdapterError("", f"answers with over {MAX_BYTES >> 30} GB", "ask for less at a time")
    except psycopg.errors.QueryCanceled as error:
        raise AdapterError("", f"the query took over {timeout_s} s", "option timeout_s, or ask for less") from error
    except psycopg.Error as error:
        raise AdapterError("", _without_secrets(str(error), address)) from None
    except OSError as error:
        raise AdapterError("", f"no room for the answer: {error.strerror}", "free space, or set TMPDIR") from error


def _refuse_many(server: psycopg.Connection[Any], query: str) -> None:
    """Raises AdapterError unless the query is one statement by itself, so that no bracket of it can end ours."""
    result = server.pgconn.prepare(b"lookout", query.encode())
    if result.status != ExecStatus.COMMAND_OK:
        raise AdapterError("", f"refuses the query: {result.error_message.decode('utf-8', 'replace')[:300]}")


def _without_secrets(message: str, address: Mapping[str, Any]) -> str:
    lines = [line for line in message.strip().splitlines() if line.strip()]
    text = (lines[0] if lines else "is not to be reached")[:300]
    for key in ("password", "sslpassword", "passfile"):
        if address.get(key):
            text = text.replace(str(address[key]), "…")
    return text


def _relabelled(result: CategoryResult, file: str, label: str) -> CategoryResult:
    """The same result, speaking of the server instead of the working copy."""
    for account in result.files:
        account.path = label
        account.error = account.error.replace(file, label) if account.error else None
    for reject in result.rejects:
        reject.examples = [example._replace(file=label) for example in reject.examples]
    place = result.rejected_rows.schema.get_field_index("file")
    labels = pa.repeat(label, result.rejected_rows.num_rows)
    result.rejected_rows = result.rejected_rows.set_column(place, result.rejected_rows.schema.field(place), labels)
    return result


POSTGRES = PostgresQuery()
