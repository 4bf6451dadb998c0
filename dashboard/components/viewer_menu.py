"""Who is looking: role and region in the header, the way out, and in the demo a form to try another one."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import parse_qsl, urlencode, urlsplit

from dash import html
from dash.development.base_component import Component

from dashboard import urls
from dashboard.access import ROLES, Viewer, is_nation
from dashboard.data.store import Loaded
from dashboard.data.vocabulary import place_names, regions, vocabulary
from dashboard.i18n import Words


def viewer_menu(t: Words, loaded: Loaded, asking: Viewer, address: str) -> Component:
    """A summary that opens; `address` is where the forms in it come back to."""
    role, region, rounds = role_text(t, asking), region_text(t, loaded, asking), rounds_text(t, asking)
    names = t("viewer.names_masked") if asking.is_masked else t("viewer.names_shown")
    lead = {"demo": t("viewer.demo"), "device": t("viewer.device"), "token": t("viewer.token")}.get(
        asking.kind, asking.name
    )
    facts = [(t("viewer.role"), role), (t("viewer.region"), region), (t("viewer.round"), rounds),
             (t("viewer.names"), names)]  # fmt: skip
    told = [part for fact in facts for part in (html.Dt(fact[0]), html.Dd(fact[1]))]
    ways = {"demo": _try_form, "user": _way_out}
    actions = [ways[asking.kind](t, loaded, asking, address)] if asking.kind in ways else []
    actions += [_to_the_wall(t, address)] if asking.may("wall") else []
    hint = [] if is_nation(asking) else [html.P(t("viewer.scope_hint"), className="viewer-hint")]
    summary = f"{lead} · {role} · {region}{' · ' + t('viewer.masked') if asking.is_masked else ''}"
    return html.Details(
        [
            html.Summary(summary, className="header-link viewer-who", title=f"{t('viewer.menu')}: {summary}"),
            html.Div([html.Dl(told, className="viewer-facts"), *hint, *actions], className="viewer-drop"),
        ],
        className="viewer-menu",
    )


def role_text(t: Words, asking: Viewer) -> str:
    """The roles in words."""
    if asking.roles >= set(ROLES):
        return t("viewer.all_roles")
    return " / ".join(t(f"viewer.role.{role}") for role in ROLES if role in asking.roles) or t("viewer.no_role")


def region_text(t: Words, loaded: Loaded, asking: Viewer) -> str:
    """The regions in words: the first, and how many there are."""
    if asking.regions is None:
        return t("viewer.nation")
    names = place_names(loaded, asking.regions, t.language)
    if not names:
        return t("viewer.nowhere")
    return names[0] if len(names) == 1 else t("viewer.and_more", first=names[0], n=len(names))


def rounds_text(t: Words, asking: Viewer) -> str:
    """The rounds by their codes."""
    return t("viewer.all_rounds") if asking.rounds is None else ", ".join(asking.rounds)


def _try_form(t: Words, loaded: Loaded, asking: Viewer, address: str) -> Component:
    role = next(iter(asking.roles)) if len(asking.roles) == 1 else ""
    roles = [("", t("viewer.all_roles")), *((name, t(f"viewer.role.{name}")) for name in ROLES)]
    places = [("", t("viewer.nation")), *((one["code"], one[f"name_{t.language}"]) for one in regions(loaded))]
    rounds = [("", t("viewer.all_rounds")), *((one["code"], one["code"]) for one in vocabulary(loaded)["rounds"])]
    names = [("", t("viewer.names_shown")), ("masked", t("viewer.names_masked"))]
    return html.Form(
        [
            html.P(t("viewer.demo_hint"), className="viewer-hint"),
            _choice("role", t("viewer.role"), roles, role),
            _choice("region", t("viewer.region"), places, (asking.regions or ("",))[0]),
            _choice("round", t("viewer.round"), rounds, (asking.rounds or ("",))[0]),
            _choice("names", t("viewer.names"), names, "masked" if asking.is_masked else ""),
            html.Button(t("viewer.try"), type="submit", className="viewer-submit"),
        ],
        action=f"{urls.TRY}?{urlencode({'next': address})}",
        method="POST",
        className="viewer-form",
    )


def _way_out(t: Words, _loaded: Loaded, _asking: Viewer, _address: str) -> Component:
    button = html.Button(t("viewer.sign_out"), type="submit", className="viewer-submit")
    return html.Form([button], action=urls.LOGOUT, method="POST", className="viewer-form")


def _to_the_wall(t: Words, address: str) -> Component:
    """The wall has no way back: it opens beside the page, in its language and theme."""
    kept = {name: value for name, value in parse_qsl(urlsplit(address).query) if name in ("lang", "theme")}
    to = f"{urls.WALL}?{urlencode(kept)}" if kept else urls.WALL
    return html.A(t("viewer.wall"), href=to, target="_blank", rel="noopener", className="viewer-wall")


def _choice(name: str, label: str, choices: Iterable[tuple[str, str]], chosen: str) -> Component:
    options = [
        html.Option(text, value=value, **({"selected": "selected"} if value == chosen else {}))
        for value, text in choices
    ]
    return html.Label([html.Span(label), html.Select(options, name=name)])
