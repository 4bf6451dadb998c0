"""A panel: title, note, state and body. The state says data, none found, old or failed; they never look alike."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component


def panel(
    *, name: str, title: str, body: Component | list[Component], state_id: str, note: str = "",
    tools: list[Component] | None = None,
) -> Component:  # fmt: skip
    """A titled section whose state slot is filled by the page's scripts."""
    return html.Section(
        [
            html.Div(
                [
                    html.H2(title, id=f"{name}-title", className="panel-title"),
                    html.Small(note, className="panel-note", id=f"{name}-note", title=note),
                    html.Div(tools or [], className="panel-tools"),
                ],
                className="panel-head",
            ),
            html.Div(body, className="panel-body"),
            html.Div("", id=state_id, className="panel-state", role="status"),
        ],
        className=f"panel panel-{name}",
        **{"aria-labelledby": f"{name}-title", "data-panel": name},
    )
