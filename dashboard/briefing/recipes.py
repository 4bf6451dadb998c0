"""Recipes 简报配方: which numbers and sections, of which period, for whom, with names or not. One TOML file each."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from fusion.metrics import dictionary

SECTIONS = (
    "overview", "rounds", "regions", "industries", "problems", "loop", "rules", "overdue", "new", "supervision", "air",
    "teams", "counties", "checkpoints", "enterprise", "sources",
)  # fmt: skip
LEAST_NUMBERS = 4
ORDER = ("daily", "weekly", "monthly", "round", "city", "enterprise")


class RecipeError(Exception):
    """A recipe is not as it must be; the message names file and key."""


class Recipe(BaseModel):
    """One recipe as its file tells it.

    Shape   period: what is taken where nobody names one; region: any, city (has to be named), none;
            rows: most lines of a list; is_masked: enterprises are told as codes, whoever reads
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name_zh: str = Field(min_length=1, max_length=60)
    name_en: str = Field(min_length=1, max_length=60)
    audience_zh: str = Field(min_length=1)
    audience_en: str = Field(min_length=1)
    period: Literal["day", "week", "month", "round", "all"]
    region: Literal["any", "city", "none"] = "any"
    is_masked: bool = False
    rows: int = Field(default=40, ge=5, le=500)
    headline: tuple[str, ...] = Field(default=(), max_length=6)
    sections: tuple[str, ...] = Field(min_length=1)

    @field_validator("headline")
    @classmethod
    def _are_figures(cls, ids: tuple[str, ...]) -> tuple[str, ...]:
        if unknown := [one for one in ids if one not in dictionary().metric]:
            raise ValueError(f"there is no figure {unknown[0]!r}; docs/metrics.md lists them")
        return ids

    @field_validator("sections")
    @classmethod
    def _are_sections(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if unknown := [one for one in names if one not in SECTIONS]:
            raise ValueError(f"there is no section {unknown[0]!r}; there are {', '.join(SECTIONS)}")
        return names

    @model_validator(mode="after")
    def _has_a_headline(self) -> Self:
        if "enterprise" not in self.sections and len(self.headline) < LEAST_NUMBERS:
            raise ValueError(f"headline has {LEAST_NUMBERS} to 6 figures; only one enterprise's briefing has its own")
        if ("enterprise" in self.sections) != (self.region == "none"):
            raise ValueError('the section "enterprise" goes with region = "none", and no other does')
        return self


def load_recipes(folder: Path | None = None) -> Mapping[str, Recipe]:
    """The built-in recipes, and those of `folder`, which replace one of the same name.

    Raises  RecipeError that names file, key and what is wrong
    """
    found: dict[str, Traversable | Path] = {
        entry.name.removesuffix(".toml"): entry
        for entry in resources.files("dashboard.briefing").joinpath("recipes").iterdir()
        if entry.name.endswith(".toml")
    }
    if folder is not None:
        if not folder.is_dir():
            raise RecipeError(f"{folder}: there is no such folder; LOOKOUT_RECIPES names it")
        found |= {path.stem: path for path in sorted(folder.glob("*.toml"))}
    names = sorted(found, key=lambda name: (ORDER.index(name) if name in ORDER else len(ORDER), name))
    return {name: _read(found[name]) for name in names}


def _read(file: Traversable | Path) -> Recipe:
    name = file.name if not isinstance(file, Path) else str(file)
    try:
        return Recipe.model_validate(tomllib.loads(file.read_text("utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RecipeError(f"{name}: {error}; see docs/briefing.md") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"]) or "headline"
        raise RecipeError(f"{name}: key '{key}': {first['msg'].lower()}; see docs/briefing.md") from error
