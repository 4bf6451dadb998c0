"""A house with users: a snapshot in which all that names somebody can be told apart, and who may see what of it."""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from snapshot_builders import doctored, only_snapshot

from dashboard.settings import Grant
from fusion.layout import TABLES

# Argon2 as quick as it goes: what it resists is not tested here.
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "a long enough password"
# Everything by which an enterprise or a clue can be known, as the doctored snapshot writes it.
MARKS = re.compile(r"厂\d{6}厂|U\d{8}U|P\d{8}P|[0-9A-Z]{18}|\b[0-9a-f]{16}\b")


@dataclass(frozen=True)
class Part:
    """What one grant must show, reckoned from the Parquet files and nothing else."""

    grant: Grant
    enterprises: frozenset[str]
    clues: frozenset[str]
    marks: frozenset[str]


def marked_snapshot(source: Path, target: Path) -> None:
    """A copy of the campaign whose names, codes and permits are marks, with findings that name neighbours."""
    whole = only_snapshot(source)
    db = duckdb.connect()
    for name in ("enterprises", "clues", "positions_to_fix"):
        db.execute(f"create table {name} as from '{whole.table(name)}'")
    db.execute("""update enterprises set name = format('厂{:06d}厂', enterprise_idx),
                  uscc = format('U{:08d}U', enterprise_idx), permit_no = format('P{:08d}P', enterprise_idx)""")
    db.execute(
        "update positions_to_fix p set name = (select name from enterprises e where e.enterprise_id = p.enterprise_id)"
    )
    findings = db.sql(
        """select c.clue_id, 'R31' as rule_id, '1' as rule_version, 'outlet' as object_kind,
                  e.enterprise_id || '-DA001' as object_id, e.enterprise_id, e.enterprise_id || '-DA001' as outlet_id,
                  c.cell_id, c.pollutant, c.window_from, c.window_to, c.window_from as onset_at, c.severity, c.score,
                  to_json({'candidates': [
                               {'enterprise_id': e.enterprise_id, 'rank': 1, 'share': 0.6, 'distance_km': 0.5,
                                'bearing_deg': 10.0, 'signals': '', 'note': '', 'emission_kg_h': 1.5},
                               {'enterprise_id': n.enterprise_id, 'rank': 2, 'share': 0.2, 'distance_km': 2.5,
                                'bearing_deg': 20.0, 'signals': '', 'note': '', 'emission_kg_h': 0.5}],
                           'twin_outlet_id': n.enterprise_id || '-DA002', 'twin_enterprise_id': n.enterprise_id,
                           'permit_no': n.permit_no, 'uscc': n.uscc, 'stranger': {'enterprise_id': 'NOBODY'},
                           'parent_id': other.clue_id, 'hours': 3})::varchar as facts,
                  c.detected_date as told_date, c.detected_at
           from clues c join enterprises e using (enterprise_idx)
           join enterprises n on n.enterprise_idx = (e.enterprise_idx + 7) % (select count(*) from enterprises)
           join clues other on other.clue_idx = (c.clue_idx + 5) % (select count(*) from clues)"""
    ).to_arrow_table()  # fmt: skip
    kinds = db.sql(
        "select clue_id, 'cems' as kind, 'supports' as says, 1 as n, 1.0 as value, 2.0 as away_km from clues"
    )
    changed = {
        "enterprises": db.sql("from enterprises order by enterprise_idx").to_arrow_table(),
        "positions_to_fix": db.sql("from positions_to_fix").to_arrow_table(),
        "findings": findings,
        "evidence_kinds": kinds.to_arrow_table(),
    }
    doctored(source, target, tables={name: lambda _, name=name: _as_laid_out(name, changed[name]) for name in changed})


def part_of(root: Path, grant: Grant) -> Part:
    """What `grant` must show: by the first digits of the division codes, and by the codes of rounds."""
    whole = only_snapshot(root)
    read = {name: pq.read_table(whole.table(name)).to_pylist() for name in ("enterprises", "clues", "places", "rounds")}
    members = pq.read_table(whole.table("place_groups")).to_pylist()
    adcode = {row["place_idx"]: row["adcode"] for row in read["places"]}
    codes = {row["round_idx"]: row["round_code"] for row in read["rounds"]}
    prefixes = tuple(code.rstrip("0") for code in grant.regions or () if not code.startswith("g:"))
    groups = {code[2:] for code in grant.regions or () if code.startswith("g:")}
    cities = {row["city_idx"] for row in members if row["group_code"] in groups and row["valid_to"] is None}

    def is_here(row: dict) -> bool:
        places = [adcode.get(row[name], "") for name in ("county_idx", "city_idx")]
        return grant.regions is None or row["city_idx"] in cities or any(place.startswith(prefixes) for place in places)

    enterprises = [row for row in read["enterprises"] if is_here(row)]
    clues = frozenset(
        row["clue_id"]
        for row in read["clues"]
        if is_here(row) and (grant.rounds is None or codes.get(row["round_idx"]) in grant.rounds)
    )
    names = {row[name] for row in enterprises for name in ("enterprise_id", "name", "uscc", "permit_no")}
    return Part(grant, frozenset(row["enterprise_id"] for row in enterprises), clues, frozenset(names) | clues)


def text_of(body: bytes) -> str:
    """All that an answer says, whatever it is packed in."""
    if body[:2] == b"\x1f\x8b":
        body = gzip.decompress(body)
    if body[:4] == b"\xff\xff\xff\xff":
        return json.dumps(pa.ipc.open_stream(body).read_all().to_pydict(), default=str, ensure_ascii=False)
    return body.decode("utf-8", "replace")


def marks_in(text: str) -> set[str]:
    return set(MARKS.findall(text))


def signed_in(server: Flask, name: str) -> FlaskClient:
    client = server.test_client()
    assert client.post("/login", data={"name": name, "password": PASSWORD}).status_code == 302
    return client


def data_of(client: FlaskClient) -> str:
    """The address below which the data of who asks lie."""
    return f"/data/{client.get('/data/version').get_json()['id']}"


def _as_laid_out(name: str, table: pa.Table) -> pa.Table:
    wanted = {column.name: column.type for column in TABLES[name].columns}
    return pa.table({column: table[column].cast(kind) for column, kind in wanted.items()})
