"""The canvas map layers as a Dash component; its JavaScript is `assets/js/map/`."""

from typing import Any

from dash.development.base_component import Component


class MapCanvas(Component):  # type: ignore[misc]  # dash ships no types
    """Draws the map's layers on two canvases; must be a child of `dl.Map`.

    Data does not pass through props: once mounted it calls `lookout.onMapReady(view, leafletMap)` in the browser.
    """

    _children_props: list[str] = []
    _base_nodes = ["children"]
    _namespace = "lookout_components"
    _type = "MapCanvas"

    def __init__(self, id: str | dict[str, Any] | None = None) -> None:  # noqa: A002 - Dash's own name for it
        """Make the component; `id` is optional as everywhere in Dash."""
        self._prop_names = ["id"]
        self._valid_wildcard_attributes: list[str] = []
        self.available_properties = ["id"]
        self.available_wildcard_properties: list[str] = []
        super().__init__(**({} if id is None else {"id": id}))
