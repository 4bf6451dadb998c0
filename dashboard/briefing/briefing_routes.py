"""Plain addresses of briefings: the recipes, the preview, the files. Each asks access first."""

from __future__ import annotations

from flask import Blueprint, Response, abort, current_app, jsonify, request

from dashboard import urls
from dashboard.access import named_loaded, note_read, require
from dashboard.briefing.files import TYPES, file_of
from dashboard.briefing.fonts import NoFont
from dashboard.briefing.periods import Wish, WishError
from dashboard.briefing.recipes import RecipeError
from dashboard.briefing.service import Briefer
from dashboard.i18n import LANGUAGES
from dashboard.settings import Settings


def briefing_routes(settings: Settings, secret: bytes) -> Blueprint:
    """All addresses of briefings, in the language asked for, else in that of the settings."""
    routes = Blueprint("briefing", __name__)
    briefer = Briefer(settings.recipes, secret)
    routes.add_url_rule(urls.BRIEFING_RECIPES, "recipes", lambda snapshot_id: _recipes(briefer, snapshot_id))

    def file(snapshot_id: str, recipe: str, form: str) -> Response:
        return _file(briefer, settings, snapshot_id, (recipe, form))

    routes.add_url_rule(urls.BRIEFING_FILE, "file", file)
    return routes


def _recipes(briefer: Briefer, snapshot_id: str) -> Response:
    require("briefing")
    named_loaded(snapshot_id)
    try:
        recipes = briefer.recipes
    except RecipeError as error:
        abort(500, str(error))
    told = [
        {"id": name, "name_zh": one.name_zh, "name_en": one.name_en, "audience_zh": one.audience_zh,
         "audience_en": one.audience_en, "period": one.period, "region": one.region, "is_masked": one.is_masked}
        for name, one in recipes.items()
    ]  # fmt: skip
    return _private(jsonify(told))


def _file(briefer: Briefer, settings: Settings, snapshot_id: str, named: tuple[str, str]) -> Response:
    recipe, form = named
    asking = require("briefing")
    if form not in TYPES:
        abort(404)
    loaded = named_loaded(snapshot_id)
    wish = _wish(recipe, settings.language)
    try:
        document = briefer.made(loaded, current_app.config["lookout.casebook"](), wish, asking)
        # A page is read here; a file is carried away, so its links say where they lead.
        base_url = "" if form == "html" else settings.public_url or request.host_url.rstrip("/")
        body = file_of(document, form, base_url, settings.fonts)
    except WishError as error:
        abort(400, str(error))
    except RecipeError as error:
        abort(500, str(error))
    except NoFont as error:
        abort(503, str(error))
    note_read("briefing", f"{recipe} {request.query_string.decode()}", loaded.id)
    response = Response(body, mimetype=TYPES[form])
    if form != "html":
        origin = "synthetic-" if loaded.manifest.is_synthetic else ""
        name = f"lookout-{origin}{recipe}{f'-{wish.time}' if wish.time else ''}.{form}"
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return _private(response)


def _wish(recipe: str, language: str) -> Wish:
    asked = request.args.get("lang", language)
    return Wish(
        recipe=recipe,
        language=asked if asked in LANGUAGES else language,
        time=_plain("time"),
        region=request.args.get("region", "")[:40],
        enterprise=request.args.get("id", "")[:60],
    )


def _plain(name: str) -> str:
    """A time of the address: it becomes part of a file's name."""
    text = request.args.get(name, "")[:12]
    return text if all(sign.isascii() and (sign.isalnum() or sign == "-") for sign in text) else "?"


def _private(response: Response) -> Response:
    """An answer for this viewer and this moment."""
    response.cache_control.no_store = True
    return response
