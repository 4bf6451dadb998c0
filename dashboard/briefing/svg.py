"""A picture as text: every word in it is escaped, and signs that XML can't hold are left out."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape, quoteattr

UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def clean(text: str) -> str:
    """A text without the signs that XML can't hold."""
    return UNWRITABLE.sub("", text)


def tag(name: str, text: str | None = None, **attributes: object) -> str:
    """One element; `cls` is its class, an underscore in a name a hyphen."""
    told = "".join(
        f" {_name(key)}={quoteattr(_value(value))}" for key, value in attributes.items() if value is not None
    )
    return f"<{name}{told}/>" if text is None else f"<{name}{told}>{escape(clean(text))}</{name}>"


def group(parts: list[str], **attributes: object) -> str:
    """Elements together."""
    return tag("g", None, **attributes)[:-2] + ">" + "".join(parts) + "</g>"


def _name(key: str) -> str:
    return "class" if key == "cls" else key.replace("_", "-")


def _value(value: object) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".") if isinstance(value, float) else clean(str(value))


def path(points: list[tuple[float, float] | None]) -> str:
    """The steps of a line; None breaks it."""
    out, is_open = [], False
    for point in points:
        if point is None:
            is_open = False
            continue
        out.append(f"{'L' if is_open else 'M'}{point[0]:.1f} {point[1]:.1f}")
        is_open = True
    return "".join(out)
