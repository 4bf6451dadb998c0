"""Files loaded one by one, put together: repeated keys refused, accounts closed, refusals kept as a table."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from data_adapters.intake.checks import NUMBER, REASONS, SPAN
from data_adapters.intake.load import Loaded
from data_adapters.intake.wanted import Wanted
from data_adapters.source import RejectionLog
from data_adapters.store.rejects import REJECTS, masked

BY_NUMBER = np.array(list(REASONS), dtype=object)


def refuse_repeated(db: duckdb.DuckDBPyConnection, parts: Sequence[Loaded], wanted: Wanted) -> None:
    """Of rows with the same key the first stays; later ones are duplicates, or in conflict with it."""
    hashes = [db.sql(f"SELECT h FROM {part.name} WHERE why IS NULL").to_arrow_table()["h"].to_numpy() for part in parts]
    every = np.sort(np.concatenate(hashes)) if hashes else np.array([], dtype=np.uint64)
    repeated = np.unique(every[1:][every[1:] == every[:-1]])
    if not len(repeated):
        return
    db.register("repeated", pa.table({"h": pa.array(repeated, pa.uint64())}))
    key = ", ".join(f'"{name}"' for name in wanted.table.key)
    columns = ", ".join(f'"{column.name}"' for column in wanted.table.columns)
    shown = " || ' ' || ".join(f'CAST("{name}" AS VARCHAR)' for name in wanted.table.key)
    candidates = " UNION ALL ".join(
        f"SELECT {part.number} AS file, rowid AS place, {part.order} AS turn, {key}, left({shown}, 200) AS shown,"
        f" hash({columns}) AS whole"
        f" FROM {part.name} WHERE why IS NULL AND h IN (SELECT h FROM repeated)"
        for part in parts
    )
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE again AS
        SELECT file, place, shown, (whole = first_value(whole) OVER same) AS is_same, row_number() OVER same AS nth
        FROM ({candidates}) WINDOW same AS (PARTITION BY {key} ORDER BY file, turn, place)
    """)
    for part in parts:
        db.execute(f"""
            UPDATE {part.name} SET raw = again.shown,
                why = CASE WHEN again.is_same THEN {NUMBER["duplicate"]} ELSE {NUMBER["conflict"]} END
            FROM again WHERE again.file = {part.number} AND again.place = {part.name}.rowid AND again.nth > 1
        """)


def close_account(
    db: duckdb.DuckDBPyConnection, part: Loaded, wanted: Wanted, log: RejectionLog, source: str
) -> pa.Table:
    """What was read, accepted and refused goes to the file's account; the refusals as a table."""
    count = db.execute(f"SELECT count(*) FROM {part.name}").fetchall()[0][0]
    found = db.sql(f"SELECT rowid AS place, why, raw FROM {part.name} WHERE why IS NOT NULL ORDER BY rowid")
    refused = found.to_arrow_table()
    rows = _row_numbers(part, count)[refused["place"].to_numpy()]
    why = refused["why"].to_numpy().astype(np.int64)
    part.account.read = count + len(part.refused)
    part.account.accepted = count - len(refused)
    names = [column.name for column in wanted.table.columns]
    values = refused["raw"].fill_null("").to_pandas().to_numpy(dtype=object)
    if wanted.is_personal:
        values = np.array([masked(value) for value in values], dtype=object)
        part.refused = [(row, reason, masked(text)) for row, reason, text in part.refused]
    for reason in dict.fromkeys(reason for _, reason, _ in part.refused):
        log.add(
            part.account, reason, REASONS[reason], [(row, "", text) for row, r, text in part.refused if r == reason]
        )
    for number in np.unique(why).tolist():
        reason = str(BY_NUMBER[number % SPAN])
        told = (reason, REASONS[reason], names[number // SPAN])
        log.add_mask(part.account, told, why == number, values, rows)
    return _kept(part, wanted, source, (rows, why, values))


def _row_numbers(part: Loaded, count: int) -> NDArray[np.int64]:
    """Numbers in the file of the rows in the table."""
    if part.rows.numbers is not None:
        return part.rows.numbers
    every = np.arange(1, count + len(part.refused) + 1, dtype=np.int64)
    left = np.setdiff1d(every, [row for row, _, _ in part.refused])[:count] if part.refused else every
    return np.concatenate([left, np.arange(len(every) + 1, len(every) + 1 + count - len(left), dtype=np.int64)])


def _kept(
    part: Loaded, wanted: Wanted, source: str, refused: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.object_]]
) -> pa.Table:
    rows, why, values = refused
    names = np.array([column.name for column in wanted.table.columns], dtype=object)
    size = len(rows) + len(part.refused)
    columns = {
        "source": pa.repeat(source, size),
        "code": pa.repeat(wanted.code, size),
        "file": pa.repeat(part.account.path, size),
        "sha256": pa.repeat(part.account.sha256, size),
        "row": pa.array(np.concatenate([rows, np.array([row for row, _, _ in part.refused], dtype=np.int64)])),
        "column": pa.array([*names[why // SPAN], *("" for _ in part.refused)], pa.string()),
        "value": pa.array([*values, *(text[:200] for _, _, text in part.refused)], pa.string()),
        "reason": pa.array([*BY_NUMBER[why % SPAN], *(reason for _, reason, _ in part.refused)], pa.string()),
    }
    return pa.table(columns, schema=REJECTS).sort_by("row")


def accepted(db: duckdb.DuckDBPyConnection, parts: Sequence[Loaded], wanted: Wanted) -> pa.Table:
    """The rows that nothing speaks against, as the canonical table."""
    schema = wanted.table.schema
    if not parts:
        return schema.empty_table()
    return db.sql(" UNION ALL ".join(accepted_rows(part, wanted) for part in parts)).to_arrow_table().cast(schema)


def accepted_rows(part: Loaded, wanted: Wanted) -> str:
    """The query for the rows of a file that nothing speaks against."""
    names = ", ".join(f'"{column.name}"' for column in wanted.table.columns)
    return f"SELECT {names} FROM {part.name} WHERE why IS NULL"
