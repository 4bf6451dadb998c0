"""The rules: each one `<id>.toml` (what it is, its parameters) and `<id>.sql` (what it finds), or `<id>.py` where SQL
can't say it. `docs/ADD_A_RULE.md` tells how to write one.

A folder of the user's own is read after the built-in one; a rule there with a known id replaces the built-in.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from fusion.errors import FusionError

BUILT_IN = Path(__file__).parent / "rules"
PROFILE_WORDS = ("valid_from", "basis", "why_zh", "why_en")
Value = float | int | str
Words = Annotated[tuple[str, ...], Field(min_length=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Parameter(_Strict):
    """A number a rule asks for as `$name`."""

    default: Value
    unit: str = ""
    basis: Literal["source", "proposal", "to_verify"]  # written down in a source, our own, or from memory
    meaning_zh: str
    meaning_en: str


class Profile(_Strict):
    """Other values for the cities of a key-region group, and what they rest on.

    In the file they stand flat beside the values: `d_month = 3`, `valid_from = 2023-01-01`.
    """

    values: Mapping[str, Value]
    valid_from: date | None = None  # before it the cities have the parameters of all others; without it, always
    basis: Literal["source", "proposal", "to_verify"] = "proposal"
    why_zh: str = ""
    why_en: str = ""

    @model_validator(mode="before")
    @classmethod
    def _split(cls, given: Any) -> Any:  # noqa: ANN401 - a table of the file, or what is none
        if not isinstance(given, dict) or "values" in given:
            return given
        told = {name: given[name] for name in PROFILE_WORDS if name in given}
        return {**told, "values": {name: value for name, value in given.items() if name not in PROFILE_WORDS}}


class Rule(_Strict):
    """A rule as its two files tell it."""

    rule_id: str = Field(pattern=r"^[A-Z]\d{2,3}$")
    name_zh: str
    name_en: str
    category: str
    severity: int = Field(ge=1, le=3)
    version: str
    valid_from: date
    fires_zh: str
    fires_en: str
    evidence_zh: Words
    evidence_en: Words
    lookalikes_zh: Words
    lookalikes_en: Words
    checklist_zh: Words
    checklist_en: Words
    law: tuple[str, ...] = ()
    parameter: Mapping[str, Parameter] = Field(default_factory=dict)
    profile: Mapping[str, Profile] = Field(default_factory=dict)  # by key-region group
    sql: str = ""  # from the .sql beside it
    module: Path | None = None  # the .py beside it
    is_built_in: bool = False  # it reads nothing but tables, so its findings may be kept

    def groups_on(self, day: date) -> tuple[str, ...]:
        """The groups whose profile is in force on a day, in the order of the file."""
        return tuple(name for name, one in self.profile.items() if one.valid_from is None or one.valid_from <= day)

    def values(self, group: str | None = None, changes: Mapping[str, Value] | None = None) -> dict[str, Value]:
        """The parameters for a region group, with changes of a dry run over them.

        Raises  FusionError for a parameter the rule has not
        """
        chosen = {name: one.default for name, one in self.parameter.items()}
        own = self.profile.get(group or "")
        for more in (own.values if own else {}, changes or {}):
            unknown = sorted(set(more) - set(chosen))
            if unknown:
                known = ", ".join(chosen) or "it has none"
                raise FusionError(f"rule {self.rule_id} has no parameter {', '.join(unknown)}", f"known: {known}")
            chosen |= more
        return chosen


def load_rules(folders: Sequence[Path] = ()) -> dict[str, Rule]:
    """All rules by id: the built-in ones, then those of the folders.

    Raises  FusionError that names the file, the key and what is wrong
    """
    rules: dict[str, Rule] = {}
    for folder in (BUILT_IN, *folders):
        if not folder.is_dir():
            raise FusionError(f"{folder}: no such folder of rules")
        for path in sorted(folder.glob("*.toml")):
            rule = _load(path)
            rules[rule.rule_id] = rule
    return dict(sorted(rules.items()))


def _load(path: Path) -> Rule:
    try:
        content = tomllib.loads(path.read_text("utf-8"))
        rule = Rule.model_validate(content)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise FusionError(f"{path}: {error}", "see docs/ADD_A_RULE.md") from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise FusionError(f"{path}: key '{key}': {first['msg'].lower()}", "see docs/ADD_A_RULE.md") from error
    if path.stem != rule.rule_id:
        raise FusionError(f"{path}: rule_id is {rule.rule_id}", f"the file must be named {rule.rule_id}.toml")
    sql, module = path.with_suffix(".sql"), path.with_suffix(".py")
    is_built_in = path.parent == BUILT_IN
    if sql.is_file():
        return rule.model_copy(update={"sql": sql.read_text("utf-8"), "module": None, "is_built_in": is_built_in})
    if module.is_file() and is_built_in:
        return rule.model_copy(update={"sql": "", "module": module, "is_built_in": is_built_in})
    raise FusionError(f"{path}: no {sql.name} beside it", "see docs/ADD_A_RULE.md")
