"""Lines of a reading as sentences of one language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dashboard.data.reading import PARTS, Line
from dashboard.i18n import Words, catalogue


def named(t: Words, key: str) -> str:
    """The word of a code that came with the data; one nobody has a word for stands for itself."""
    return catalogue(t.language).get(key, key.rpartition(".")[2])


def sentence(one: Line, t: Words) -> str:
    """The sentence of a line."""
    return t(one["key"], **{name: value_of(value, t) for name, value in one["values"].items()})


def value_of(value: Any, t: Words) -> str:  # noqa: ANN401 - any value a line carries
    """A value in the words of the language: numbers with thousands, names by their key."""
    if not isinstance(value, Mapping):
        return str(value)
    if "number" in value:
        return f"{value['number']:,.{value['digits']}f}"
    if "word" in value:
        return named(t, value["word"])
    if "list" in value:
        return t("dossier.and").join(str(one) for one in value["list"])
    return str(value[t.language])


def parts(lines: Iterable[Line], t: Words) -> list[dict[str, Any]]:
    """The reading by its parts, each with its heading; a part without a line is left out."""
    told = list(lines)
    out = []
    for part in PARTS:
        texts = list(dict.fromkeys(sentence(one, t) for one in told if one["part"] == part))
        if texts:
            out.append({"part": part, "title": t(f"reading.part.{part}"), "lines": texts})
    return out
