"""Files of a shape of their own, read as a category: brought into shape in a working copy, then checked as any other.

What a source does here is to write the rows of a file under canonical headings, as text. The checks of the columns, the
ranges, repeated keys and the accounts are those of source `category`; files and row numbers told are the original ones.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from data_adapters.intake.checks import REASONS
from data_adapters.intake.wanted import Wanted
from data_adapters.source import MAX_EXAMPLES, Example, FileAccount, Rejection, RejectionLog, Rows, read_each
from data_adapters.sources.category import CategoryResult, read_files
from data_adapters.store.rejects import MAX_VALUE, REJECTS, masked

BREAKS = r"[\r\n]+"
Refused = tuple[int, str, str]  # row in the file, reason, text
Shape = Callable[[Path, FileAccount, Path], "Shaped"]


@dataclass
class Shaped:
    """A file in its working copy; `rows` are the numbers in the file of the rows copied, 1, 2, 3… if none are given."""

    account: FileAccount
    copy: Path
    rows: Rows | None = None
    refused: list[Refused] = field(default_factory=list)  # rows that are in no copy


def write_copy(frame: pd.DataFrame, copy: Path) -> None:
    """Rows of text as CSV; a line break within a cell becomes a blank, so that a line is a row."""
    plain = frame.apply(lambda column: column.str.replace(BREAKS, " ", regex=True)) if len(frame) else frame
    plain.to_csv(copy, index=False, encoding="utf-8", lineterminator="\n")


def read_shaped(
    source: str, paths: Sequence[Path], asked: Wanted, shape: Shape, *, is_hidden: bool = False
) -> CategoryResult:
    """The table of the category, from files that `shape` brings into shape; refused values may be hidden.

    Raises  AdapterError if there is no file at all
    """
    with tempfile.TemporaryDirectory(prefix="lookout-shaped-") as folder:
        numbers = iter(range(1_000_000))

        def read_one(path: Path, account: FileAccount) -> Shaped:
            return shape(path, account, Path(folder) / f"{next(numbers)}.csv")

        accounts, parts = read_each(paths, RejectionLog(), read_one)
        if not parts:
            return CategoryResult({}, accounts, [], asked.code)
        plain = replace(asked, columns={}, encoding="utf-8", sheet=None, decimal=".", thousands="")
        result = read_files(source, [part.copy for part in parts], plain)
    given = _as_given(source, result, accounts, parts)
    return _hidden(given) if is_hidden else given


def _as_given(
    source: str, result: CategoryResult, accounts: list[FileAccount], parts: Sequence[Shaped]
) -> CategoryResult:
    """The same result, speaking of the files and rows that were given."""
    by_copy = {str(part.copy): part for part in parts}
    for made in result.files:
        _take_over(by_copy[made.path], made)
    rejects = [
        replace(one, examples=[_original(by_copy, example) for example in one.examples]) for one in result.rejects
    ]
    log = RejectionLog()
    for part in parts:
        for reason in dict.fromkeys(reason for _, reason, _ in part.refused):
            places = [(row, "", text) for row, own, text in part.refused if own == reason]
            log.add(part.account, reason, REASONS[reason], places)
    tables = [_rows_of(part, result, source) for part in parts]
    return replace(
        result, files=accounts, rejects=_merged(rejects, log.rejections), rejected_rows=pa.concat_tables(tables)
    )


def _hidden(result: CategoryResult) -> CategoryResult:
    """The same result, with no refused value told."""
    for one in result.rejects:
        one.examples = [example._replace(value=masked(example.value)) for example in one.examples]
    place = REJECTS.get_field_index("value")
    values = pa.array([masked(value) for value in result.rejected_rows["value"].to_pylist()], pa.string())
    return replace(result, rejected_rows=result.rejected_rows.set_column(place, REJECTS.field(place), values))


def _take_over(part: Shaped, made: FileAccount) -> None:
    """What the check of the copy found goes to the account of the file."""
    account = part.account
    account.error = made.error and made.error.replace(made.path, account.path)
    if account.error:
        part.refused = []
        return
    account.read, account.accepted, account.rejected = made.read + len(part.refused), made.accepted, dict(made.rejected)
    account.notes += made.notes


def _original(by_copy: dict[str, Shaped], example: Example) -> Example:
    part = by_copy[example.file]
    row = example.row if part.rows is None else int(part.rows[example.row - 1])
    return example._replace(file=part.account.path, row=row)


def _merged(first: list[Rejection], second: list[Rejection]) -> list[Rejection]:
    """Rejections of two checks, one entry per reason."""
    found = {one.reason: one for one in first}
    for one in second:
        if one.reason in found:
            found[one.reason].count += one.count
            found[one.reason].examples = [*found[one.reason].examples, *one.examples][:MAX_EXAMPLES]
        else:
            found[one.reason] = one
    return list(found.values())


def _rows_of(part: Shaped, result: CategoryResult, source: str) -> pa.Table:
    """The refused rows of a file under its own name and row numbers."""
    found = result.rejected_rows
    own = found.filter(pc.equal(found["file"], str(part.copy)))
    rows = own["row"].to_numpy() if part.rows is None else part.rows[own["row"].to_numpy() - 1]
    size = own.num_rows + len(part.refused)
    columns = {
        "source": pa.repeat(source, size),
        "code": pa.repeat(result.code, size),
        "file": pa.repeat(part.account.path, size),
        "sha256": pa.repeat(part.account.sha256, size),
        "row": pa.array([*rows.tolist(), *(row for row, _, _ in part.refused)], pa.int64()),
        "column": pa.array([*own["column"].to_pylist(), *("" for _ in part.refused)], pa.string()),
        "value": pa.array([*own["value"].to_pylist(), *(text[:MAX_VALUE] for _, _, text in part.refused)], pa.string()),
        "reason": pa.array([*own["reason"].to_pylist(), *(reason for _, reason, _ in part.refused)], pa.string()),
    }
    return pa.table(columns, schema=REJECTS).sort_by("row")
