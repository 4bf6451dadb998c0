"""What is read of a request's body: JSON that every later step can write down again, and of a bounded size."""

from __future__ import annotations

import json
from typing import Any

from flask.json.provider import DefaultJSONProvider

DEEPEST = 60


class PlainJSON(DefaultJSONProvider):
    """JSON as its standard has it: no NaN, no halves of characters, nothing nested deeper than anybody needs."""

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:  # noqa: ANN401 - Flask's own signature
        """The value that `s` tells.

        Raises  ValueError, which Flask answers with 400
        """
        try:
            found = json.loads(s, parse_constant=_no_number, **kwargs)
            _refuse_deep(found, DEEPEST)
        except RecursionError:
            raise ValueError("nested too deep") from None
        # Half a character has no bytes: this says so (UnicodeEncodeError is a ValueError).
        json.dumps(found, ensure_ascii=False).encode()
        return found


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no JSON")


def _refuse_deep(value: object, left: int) -> None:
    if not left:
        raise ValueError(f"nested deeper than {DEEPEST}")
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for part in parts:
        _refuse_deep(part, left - 1)
