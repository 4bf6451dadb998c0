"""Files described by a mapping: a small TOML file says which heading is which column of a category, and what to make.

Options  mapping   one that comes along (folder mappings), or the path of one's own
         sheet     of a workbook
         encoding  of a text that is neither UTF-8 nor GB18030

A mapping says: code; [columns] canonical name = heading, or several that it may stand under; [made] canonical name =
{ rule, of = headings, … } for what needs a rule (`mapping_rules`); [constants], [units], time_zone, missing as those of
source `category`; notes that go with every file; is_personal where values must not be shown. In `of`, a | parts
headings of which one is there, a ? behind says that it may be absent, a @ in front names a column made before.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from data_adapters.files import decode_text, read_bytes
from data_adapters.intake.wanted import Wanted, wanted
from data_adapters.source import AdapterError, FileAccount, SourceResult, check_options, nearest
from data_adapters.sources.delimited import RawRows, match_columns, seems_to_be
from data_adapters.sources.mapping_rules import LEAST, NEEDED, RULES, Given, apply_rule
from data_adapters.sources.records import read_rows
from data_adapters.sources.row_checks import tell_unused
from data_adapters.sources.shaped import Shaped, read_shaped, write_copy

MAPPINGS = Path(__file__).parent / "mappings"
KEYS = ("title_zh", "title_en", "licence", "code", "columns", "made", "constants", "units", "time_zone", "missing")
OWN_KEYS = ("notes", "is_personal")


@dataclass(frozen=True)
class Made:
    """A column that a rule makes, and of what."""

    column: str
    rule: str
    of: tuple[str, ...]
    settings: Mapping[str, Any]


@dataclass(frozen=True)
class FileMapping:
    """What a mapping says, checked."""

    name: str
    asked: Wanted
    columns: Mapping[str, tuple[str, ...]]  # canonical name: headings it may stand under
    made: tuple[Made, ...]
    notes: tuple[str, ...] = ()
    is_personal: bool = False
    sheet: str | None = None
    encoding: str | None = None
    signs: frozenset[str] = field(default_factory=frozenset)  # for nothing, in small letters


class MappedFiles:
    """Source `mapped`: the canonical table of the category the mapping names."""

    name = "mapped"

    def read(self, paths: Sequence[Path], options: Mapping[str, Any]) -> SourceResult:
        """Every row of the files that passes the checks of its columns, and every other with its reason."""
        check_options(self.name, options, ("mapping", "sheet", "encoding"))
        mapping = mapping_of(str(options.get("mapping", "")))
        mapping = replace(mapping, sheet=options.get("sheet"), encoding=options.get("encoding"))

        def shape(path: Path, account: FileAccount, copy: Path) -> Shaped:
            return _shaped(path, account, copy, mapping)

        return read_shaped(self.name, paths, mapping.asked, shape, is_hidden=mapping.is_personal)


def mapping_of(name: str) -> FileMapping:
    """The mapping of that name, or in that file.

    Raises  AdapterError if there is none, or it says what cannot be
    """
    known = sorted(path.stem for path in MAPPINGS.glob("*.toml"))
    if not name.endswith(".toml") and name not in known:
        raise AdapterError(
            "", f"there is no mapping {name!r}" if name else "option mapping is missing", _hint(name, known)
        )
    path = Path(name) if name.endswith(".toml") else MAPPINGS / f"{name}.toml"
    text, _ = decode_text(path, read_bytes(path, FileAccount(str(path))))
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise AdapterError(path, f"is no TOML: {error}") from error
    for key in said:
        if key not in (*KEYS, *OWN_KEYS):
            raise AdapterError(path, f"has an unknown key {key!r}", nearest(key, (*KEYS, *OWN_KEYS)))
    try:
        return _mapping(path.stem, said)
    except AdapterError as error:
        raise AdapterError(path, error.message, error.hint) from error


def _hint(name: str, known: Sequence[str]) -> str:
    return (nearest(name, known) if name else f"known: {', '.join(known)}") + "; or the path of a .toml of your own"


def _mapping(name: str, said: Mapping[str, Any]) -> FileMapping:
    columns = {str(column): _headings(headings) for column, headings in _table(said, "columns").items()}
    made = tuple(_made(str(column), rule) for column, rule in _table(said, "made").items())
    names = {column: column for column in (*columns, *(one.column for one in made))}
    options = {key: said[key] for key in ("code", "constants", "units", "time_zone", "missing") if key in said}
    asked = wanted("mapped", {**options, "columns": names}, ())
    twice = set(columns) & {one.column for one in made}
    if twice:
        raise AdapterError("", f"{', '.join(sorted(twice))} stands under columns and under made")
    return FileMapping(
        name=name,
        asked=asked,
        columns=columns,
        made=made,
        notes=tuple(str(note) for note in said.get("notes", ())),
        is_personal=bool(said.get("is_personal", False)),
        signs=frozenset(sign.lower() for sign in asked.missing),
    )


def _table(said: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = said.get(key, {})
    if not isinstance(found, Mapping):
        raise AdapterError("", f"{key} is no table", f"as [{key}]")
    return found


def _headings(given: object) -> tuple[str, ...]:
    return tuple(str(one) for one in given) if isinstance(given, (list, tuple)) else (str(given),)


def _made(column: str, said: object) -> Made:
    if not isinstance(said, Mapping) or said.get("rule") not in RULES or not _headings(said.get("of", ())):
        told = str(said.get("rule", "")) if isinstance(said, Mapping) else ""
        raise AdapterError("", f"made.{column} names no rule or no headings", nearest(told, RULES))
    rule, of = str(said["rule"]), _headings(said["of"])
    lacking = [key for key in NEEDED.get(rule, ()) if key not in said]
    if lacking or len(of) < LEAST.get(rule, 1):
        needs = ", ".join(lacking) or f"{LEAST[rule]} headings"
        raise AdapterError("", f"made.{column} lacks {needs} for rule {rule}")
    return Made(column, rule, of, {key: value for key, value in said.items() if key not in ("rule", "of")})


def _shaped(path: Path, account: FileAccount, copy: Path, mapping: FileMapping) -> Shaped:
    raw = read_rows(path, account, mapping.encoding, mapping.sheet)
    raw.without_headings()
    account.notes += [f"mapping {mapping.name}", *mapping.notes, *raw.notes]
    canonical, used = _canonical(path, raw, mapping)
    if not mapping.is_personal:
        tell_unused(account, list(raw.frame.columns), used)
    write_copy(canonical, copy)
    refused = [(row, "ragged", text) for row, text in raw.ragged]
    refused += [(row, "heading", text) for row, _, text in raw.headings]
    return Shaped(account, copy, raw.rows, refused)


def _canonical(path: Path, raw: RawRows, mapping: FileMapping) -> tuple[pd.DataFrame, set[str]]:
    """The rows under canonical headings, and the headings of the file they are made of.

    Raises  AdapterError if a column every row must have is neither there nor to be made
    """
    frame = raw.frame
    found = match_columns(list(frame.columns), mapping.columns)
    must = {column.name for column in mapping.asked.table.columns if not column.nullable}
    lacking = [f"{name} (as {' / '.join(mapping.columns[name])})" for name in mapping.columns if name not in found]
    lacking = [told for told in lacking if told.split(" ", 1)[0] in must]
    canonical = pd.DataFrame({column: frame[heading] for column, heading in found.items()}, index=frame.index)
    used = set(found.values())
    for one in mapping.made:
        parts = [_part(text, frame, canonical) for text in one.of]
        absent = [text for text, part in zip(one.of, parts, strict=True) if part is None and not text.endswith("?")]
        if absent and one.column in must:
            lacking.append(f"{one.column} (from {', '.join(absent)})")
        if not absent:
            used |= {str(part.name) for part in parts if part is not None}
            canonical[one.column] = _ruled(path, one, parts, mapping, frame.index)
    if lacking:
        hint = f"it has {len(frame.columns)} columns" if mapping.is_personal else seems_to_be(list(frame.columns), "")
        raise AdapterError(path, f"does not fit mapping {mapping.name}: lacks {', '.join(lacking)}", hint)
    return canonical, used


def _part(text: str, frame: pd.DataFrame, canonical: pd.DataFrame) -> pd.Series | None:
    """The column that one entry of `of` names; nothing where it is absent."""
    if text.startswith("@"):
        return canonical.get(text[1:])
    found = match_columns(list(frame.columns), {"part": text.removesuffix("?").split("|")})
    return frame[found["part"]] if found else None


def _ruled(
    path: Path, one: Made, parts: Sequence[pd.Series | None], mapping: FileMapping, index: pd.Index
) -> pd.Series:
    nothing = pd.Series("", index=index, dtype="str")
    filled = [nothing if part is None else part for part in parts]
    missing = [part.str.strip().str.lower().isin(mapping.signs) for part in filled]
    return apply_rule(path, one.rule, Given(filled, missing, one.settings))


MAPPED = MappedFiles()
