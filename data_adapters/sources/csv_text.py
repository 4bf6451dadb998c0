"""CSV text cut into cells by pyarrow, with what it would swallow or refuse without need put right."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
from numpy.typing import NDArray

DELIMITERS = (",", ";", "\t", "|")
BLOCK_BYTES = 1 << 24
HEADING_CHARS = 1 << 16
BLANKS = " \t\r\n\u3000\u00a0\u200b\ufeff"
TITLE_LINES = 6


@dataclass(frozen=True)
class Layout:
    """How a text is cut into cells; the heading takes `heading_lines`."""

    names: list[str]
    delimiter: str
    heading_lines: int
    is_quoted: bool


def from_heading(text: str) -> str:
    """The text from its first line with a delimiter, if that is below a title and not far down."""
    lines = text.split("\n", TITLE_LINES)[:TITLE_LINES]
    if len(lines) > 1 and re.fullmatch(r"sep=.\r?", lines[0]):
        return text.split("\n", 1)[1]
    if any(mark in lines[0] for mark in DELIMITERS) or lines[0].lstrip().startswith(("<", "{", "[")):
        return text
    place = next((place for place, line in enumerate(lines) if sum(map(line.count, DELIMITERS)) > 1), 0)
    return text.split("\n", place)[-1]


def parsed(text: str, layout: Layout) -> tuple[pa.Table, list[tuple[int, str]]]:
    """The cells as text, and the lines that do not fit with their numbers.

    Raises  pa.ArrowInvalid if a row is longer than a block
    """
    ragged: list[tuple[int, str]] = []

    def skip(row: pa_csv.InvalidRow) -> str:
        ragged.append((row.number - layout.heading_lines, row.text or ""))
        return "skip"

    try:
        table = pa_csv.read_csv(
            io.BytesIO(text.encode()),
            read_options=pa_csv.ReadOptions(
                column_names=layout.names,
                skip_rows=layout.heading_lines,
                use_threads=False,
                block_size=BLOCK_BYTES,
            ),
            parse_options=pa_csv.ParseOptions(
                delimiter=layout.delimiter,
                newlines_in_values=layout.is_quoted,
                invalid_row_handler=skip,
                quote_char='"' if layout.is_quoted else False,
            ),
            convert_options=pa_csv.ConvertOptions(
                column_types=dict.fromkeys(layout.names, pa.string()), strings_can_be_null=False, check_utf8=False
            ),
        )
    except pa.ArrowInvalid as error:
        if "Empty CSV" not in str(error):
            raise
        table = pa.table({name: pa.array([], pa.string()) for name in layout.names})
    return table, ragged


def is_swallowed(table: pa.Table, ragged: list[tuple[int, str]], layout: Layout) -> bool:
    """Whether cells that run over line breaks hold so many delimiters that they must be rows."""
    per_line = len(layout.names) - 1
    if any(text.count(layout.delimiter) >= (text.count("\n") + 0.5) * per_line for _, text in ragged if "\n" in text):
        return True
    delimiters = np.zeros(table.num_rows, dtype=np.int64)
    breaks = np.zeros(table.num_rows, dtype=np.int64)
    for column in table.columns:
        here = pc.count_substring(column, "\n").to_numpy()
        breaks = np.maximum(breaks, here)
        delimiters += np.where(here > 0, pc.count_substring(column, layout.delimiter).to_numpy(), 0)
    return bool(((breaks > 0) & (delimiters >= per_line)).any())


def without_open_marks(text: str) -> tuple[str, int]:
    """The text without the quotation marks of lines that hold an odd number of them, and how many these are."""
    lines = text.split("\n")
    is_open = [place for place, line in enumerate(lines) if line.count('"') % 2]
    for place in is_open:
        lines[place] = lines[place].replace('"', "")
    return "\n".join(lines), len(is_open)


def with_surplus_blanks(
    frame: pd.DataFrame, rows: NDArray[np.int64], ragged: list[tuple[int, str]], layout: Layout
) -> tuple[pd.DataFrame, NDArray[np.int64], list[tuple[int, str]]]:
    """Rows whose surplus cells are all empty fit after all; lines of blanks are no rows."""
    width = len(layout.names)
    fitting: list[list[str]] = []
    places: list[int] = []
    left: list[tuple[int, str]] = []
    for row, text in ragged:
        if not text.strip(BLANKS):
            continue
        cells = text.rstrip("\r\n").split(layout.delimiter)
        if len(cells) > width and layout.is_quoted and '"' in text and len(text) < HEADING_CHARS:
            cells = next(csv.reader(io.StringIO(text), delimiter=layout.delimiter))
        if len(cells) > width and not any(cell.strip(BLANKS) for cell in cells[width:]):
            fitting.append(cells[:width])
            places.append(row)
        else:
            left.append((row, text))
    if not fitting:
        return frame, rows, left
    added = pd.DataFrame(fitting, columns=layout.names, dtype="str")
    every = np.concatenate([rows, np.array(places, dtype=np.int64)])
    order = np.argsort(every, kind="stable")
    return pd.concat([frame, added], ignore_index=True).iloc[order].reset_index(drop=True), every[order], left
