"""The server by itself: times of its questions, and answers a second for several clients at once."""

from __future__ import annotations

import http.client
import json
import threading
import time
from urllib.parse import urlsplit

from benchmarks.measure import Measure, of

CLIENTS = 10
SECONDS = 4.0
SCOPES = (
    "",
    "region=410000",
    "region=g:BTH",
    "industry=steel",
    "region=410100&severity=1",
    "rounds=2023-R03",
    "extent=112,33,116,37",
)


class Client:
    """One connection that stays open."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port)

    def get(self, path: str, body: bytes | None = None) -> tuple[float, bytes]:
        """Milliseconds and body of an answer."""
        started = time.perf_counter()
        headers = {"Accept-Encoding": "gzip", "Content-Type": "application/json"}
        self._connection.request("POST" if body else "GET", path, body, headers)
        answer = self._connection.getresponse()
        read = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status}")
        return (time.perf_counter() - started) * 1000, read


def measure_server(url: str) -> list[Measure]:
    """Each question with filters that were not asked before, and again from the cache."""
    client = Client(url)
    root = f"/data/{json.loads(client.get('/data/version')[1])['id']}"
    fresh = [client.get(f"{root}/trend.json?{scope}")[0] for scope in SCOPES]
    kept = [client.get(f"{root}/trend.json?{scope}")[0] for scope in SCOPES]
    rows = [client.get("/_dash-update-component", table_request(scope))[0] for scope in SCOPES for _ in range(2)]
    csv = [client.get(f"{root}/export/clues.csv?{scope}")[0] for scope in SCOPES]
    layer = [client.get(f"{root}/clues.arrow")[0] for _ in range(9)]
    return [
        of("trend, first asked", fresh),
        of("trend, from the cache", kept),
        of("100 rows of the table", rows),
        of("export of clues as CSV", csv),
        of("layer of clues, from the cache", layer),
        crowd(url, root),
    ]


def table_request(filters: str) -> bytes:
    wanted = {"startRow": 0, "endRow": 100, "sortModel": [{"colId": "severity", "sort": "asc"}]}
    output = {"id": "situation-table", "property": "getRowsResponse"}
    return json.dumps({
        "output": "situation-table.getRowsResponse", "outputs": output,
        "changedPropIds": ["situation-table.getRowsRequest"],
        "inputs": [{"id": "situation-table", "property": "getRowsRequest", "value": wanted}],
        "state": [{"id": "situation-filters", "property": "data", "value": {"query": filters}}],
    }).encode()  # fmt: skip


def crowd(url: str, root: str) -> Measure:
    """Answers a second while ten clients ask for trends, rows and the version, one after another."""
    times: list[float] = []
    end = time.monotonic() + SECONDS

    def work(number: int) -> None:
        client, own = Client(url), []
        step = number
        while time.monotonic() < end:
            scope = SCOPES[step % len(SCOPES)]
            own.append(client.get(f"{root}/trend.json?{scope}&from=2023-03-{step % 28 + 1:02d}")[0])
            own.append(client.get("/_dash-update-component", table_request(scope))[0])
            own.append(client.get("/data/version")[0])
            step += 1
        times.extend(own)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    times.sort()
    worst = times[int(0.95 * len(times))]
    return Measure(
        f"answers a second, {CLIENTS} clients",
        len(times) / SECONDS,
        "/s",
        note=f"p95 {worst:.0f} ms; trend, rows, version",
    )
