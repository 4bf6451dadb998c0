"""Queries on a real server: the same rows, checks and accounts as from files, and no secret told."""

from __future__ import annotations

import psycopg
import pytest
from postgres_server import PASSWORD, binaries, server

from data_adapters.run import run_source

pytestmark = [
    pytest.mark.enable_socket,
    pytest.mark.skipif(binaries() is None, reason="no PostgreSQL server here: sudo apt-get install postgresql"),
]
HOURS = "SELECT station_id, at AS time, pm25 AS pm25_ug_m3, flag FROM hours"


@pytest.fixture(scope="module")
def url():
    with server() as address:
        with psycopg.connect(address, autocommit=True) as db:
            db.execute("CREATE TABLE hours (station_id text, at timestamptz, pm25 double precision, flag text)")
            db.execute(
                "INSERT INTO hours SELECT 'S' || n, '2025-07-10 13:00Z'::timestamptz + (n % 24) * interval '1 hour',"
                " n % 90, 'N' FROM generate_series(1, 5000) n"
            )
            db.execute("INSERT INTO hours VALUES ('bad', '2025-07-10 13:00Z', 'NaN', 'N'), (NULL, now(), 1, 'N')")
            db.execute("INSERT INTO hours VALUES (E'two\\nlines, \"quoted\"', '2025-07-10 13:00Z', NULL, 'N')")
        yield address


def read(url, query=HOURS, **more):
    return run_source("postgres", [], {"url": url, "query": query, "code": "B02", **more})


def test_rows_of_a_query_are_accounted_for(url):
    run = read(url, HOURS + ";")
    assert run.status == "ok", run.error
    account = run.result.files[0]
    assert (account.read, account.accepted, account.rejected) == (5003, 5001, {"missing": 1, "not_finite": 1})
    assert account.path.startswith("postgresql://127.0.0.1:") and len(account.sha256) == 64
    table = run.result.tables["station_hours"].to_pylist()
    assert str(next(row["time"] for row in table if row["station_id"] == "S24")) == "2025-07-10 21:00:00"
    assert any(row["station_id"] == 'two\nlines, "quoted"' for row in table)
    assert set(run.result.rejected_rows["file"].to_pylist()) == {account.path}


def test_address_may_stand_in_the_environment(url, monkeypatch):
    monkeypatch.setenv("LOOKOUT_TEST_PG", url)
    run = run_source("postgres", [], {"url_env": "LOOKOUT_TEST_PG", "query": HOURS, "code": "B02"})
    assert run.status == "ok" and run.result.accepted == 5001
    gone = run_source("postgres", [], {"url_env": "LOOKOUT_TEST_NO", "query": HOURS, "code": "B02"})
    assert "LOOKOUT_TEST_NO is not set" in gone.error


@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM hours RETURNING station_id, at, flag",
        "SELECT 1; DROP TABLE hours",
        "SELECT 1) TO '/tmp/lookout-out'; --",
        "SELECT 1 /* never closed",
        "DROP TABLE hours",
        "SELECT nothing FROM nowhere",
    ],
)
def test_query_that_is_no_reading_changes_nothing(url, query):
    run = read(url, query)
    assert run.status == "failed" and "unexpected" not in run.error
    with psycopg.connect(url) as db:
        assert db.execute("SELECT count(*) FROM hours").fetchone() == (5003,)


def test_query_that_takes_too_long_is_ended(url):
    run = read(url, "SELECT pg_sleep(20), 'x' AS station_id", timeout_s=1)
    assert "took over 1 s" in run.error and run.seconds < 10


def test_password_is_told_nowhere(url, caplog):
    answers = [
        read(url.replace(PASSWORD, PASSWORD + "-wrong")),
        read(url.replace("127.0.0.1:", "127.0.0.1:1")),
        read(f"postgresql://lookout:{PASSWORD}@127.0.0.1:{PASSWORD}/x"),
        read(f"://{PASSWORD}"),
        read(url, "SELECT broken"),
        read(url),
    ]
    assert [run.status for run in answers] == ["failed"] * 5 + ["ok"]
    assert PASSWORD not in repr([(run.error, run.result) for run in answers]) + caplog.text
