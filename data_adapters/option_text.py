"""Options of a source as they are typed: name=value."""

from __future__ import annotations

from typing import Any

from data_adapters.source import AdapterError


def parse_options(given: list[str]) -> dict[str, Any]:
    """Options from name=value; a dot in the name makes a mapping.

    Raises  AdapterError for one without an equals sign
    """
    options: dict[str, Any] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise AdapterError("", f"option {text!r} is not name=value")
        outer, dot, inner = name.partition(".")
        if not dot:
            options[name] = value
            continue
        mapping = options.setdefault(outer, {})
        if not isinstance(mapping, dict):
            raise AdapterError("", f"option {outer} is given as a value and as a mapping")
        mapping[inner] = value
    return options
