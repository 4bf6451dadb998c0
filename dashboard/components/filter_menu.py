"""A button that opens a list of choices; the button tells how many are chosen."""

from __future__ import annotations

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component


def filter_menu(*, id: str, label: str, choices: list[tuple[str, str]], columns: int = 1) -> Component:
    """Check boxes of (value, text) below a button; `id` is the group's, `<id>-count` the number on the button."""
    boxes = html.Div(
        [dmc.Checkbox(label=text, value=value, size="xs") for value, text in choices],
        className="filter-choices",
        style={"gridTemplateColumns": f"repeat({columns}, max-content)"},
    )
    return dmc.Popover(
        [
            popover_button([html.Span(label), html.B("", id=f"{id}-count", className="filter-count")]),
            dmc.PopoverDropdown(
                dmc.CheckboxGroup(boxes, id=id, value=[], **{"aria-label": label}), className="filter-dropdown"
            ),
        ],
        position="bottom-start",
        shadow="md",
        trapFocus=True,
        withinPortal=True,
    )


def popover_button(content: list[Component] | str) -> Component:
    """The button of a popover: the element that says whether it is open is the button itself, not a box around one."""
    button = {"component": "button", "type": "button", "className": "filter-button"}
    return dmc.PopoverTarget(html.Span(content, className="filter-label"), boxWrapperProps=button)
