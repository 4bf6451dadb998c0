"""The address that tells the tour of a snapshot, in the words of one language."""

from __future__ import annotations

import json

from flask import Blueprint, Response, request

from dashboard import access, urls
from dashboard.i18n import LANGUAGES, Words
from dashboard.tour.steps import tour


def tour_routes(language: str) -> Blueprint:
    """The route; `language` is spoken where none is asked for."""
    routes = Blueprint("tour", __name__)

    def told(snapshot_id: str) -> Response:
        asking = access.viewer()
        loaded = access.named_loaded(snapshot_id)
        spoken = request.args.get("lang", language)
        t = Words(spoken if spoken in LANGUAGES else language)
        words = {name: t(f"tour.{name}") for name in ("next", "back", "stop", "end", "of", "lost", "name")}
        body = json.dumps({"words": words, "steps": tour(loaded, t, asking.may)}, ensure_ascii=False)
        return Response(body, mimetype="application/json")

    routes.add_url_rule(urls.TOUR, "tour", told)
    return routes
