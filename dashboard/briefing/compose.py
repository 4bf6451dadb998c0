"""Makes a briefing: a recipe, a wish and what its reader may see go in, a document comes out; writers only write it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dashboard.briefing import parts_checks, parts_enterprise, parts_loop, parts_other
from dashboard.briefing.document import Caution, Document, Section
from dashboard.briefing.first_page import first_page
from dashboard.briefing.making import CHECKS, CLUES, Making
from dashboard.briefing.measures import Measures
from dashboard.briefing.periods import Wish, WishError, period_of
from dashboard.briefing.recipes import Recipe
from dashboard.casebook.store import Casebook
from dashboard.data import briefing
from dashboard.data.loop import loop
from dashboard.data.scope import NATION
from dashboard.data.store import Loaded
from dashboard.i18n import Words

MADE: Mapping[str, Callable[[Making], Section | None]] = {
    "overview": parts_checks.overview,
    "rounds": parts_checks.by_round,
    "regions": parts_checks.regions,
    "counties": parts_checks.counties,
    "industries": parts_checks.industries,
    "problems": parts_checks.problems,
    "teams": parts_checks.teams,
    "loop": parts_loop.loop,
    "rules": parts_loop.rules,
    "overdue": parts_loop.overdue,
    "new": parts_loop.new,
    "supervision": parts_loop.supervised,
    "air": parts_other.air,
    "checkpoints": parts_other.checkpoints,
    "enterprise": parts_enterprise.enterprise,
    "sources": parts_other.sources,
}
# A section without the sources it rests on says so, and nothing else: its zeros would read as calm.
RESTS_ON: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("overview", "rounds", "regions", "counties", "industries", "problems", "teams"), CHECKS),
    "checkpoints": CHECKS,
    **dict.fromkeys(("loop", "rules", "overdue", "new", "supervision"), CLUES),
}
CITY = 1


def compose(loaded: Loaded, casebook: Casebook, recipe: Recipe, wish: Wish, reader: str) -> Document:
    """The briefing of `recipe` over `loaded`, which is what its reader may see; `reader` says who that is.

    Raises  WishError for a time, region or enterprise that is not there
    """
    t = Words(wish.language)
    _check(loaded, recipe, wish)
    period = period_of(loaded, recipe, wish, t)
    m = Making(loaded, loop(loaded, casebook), recipe, wish, period, t, Measures(loaded, casebook, t))
    first = first_page(m)
    sections = [section for name in recipe.sections if (section := _section(m, name)) is not None]
    manifest = loaded.manifest
    name = getattr(recipe, f"name_{t.language}")
    about = parts_enterprise.told(m)["title"] if wish.enterprise else m.place_words
    return Document(
        name=name,
        language=t.language,
        title=t("briefing.title", name=name),
        subtitle=t("briefing.subtitle", about=about, period=period.words),
        masthead=_masthead(m, reader, about),
        synthetic=t("dossier.synthetic") if manifest.is_synthetic else "",
        first=first,
        sections=tuple(sections),
        footnote=t(
            "briefing.footnote", as_of=manifest.as_of[:16].replace("T", " "), snapshot=loaded.id.partition("~")[0]
        ),
        snapshot=loaded.id.partition("~")[0],
        words=t.under("briefing.word."),
    )


def _section(m: Making, name: str) -> Section | None:
    why = m.untold(*RESTS_ON.get(name, ()))
    if why:
        return Section(m.t(f"briefing.section.{name}"), (Caution(m.t("briefing.caution.section", why=why)),))
    return MADE[name](m)


def _masthead(m: Making, reader: str, about: str) -> tuple[tuple[str, str], ...]:
    t, manifest = m.t, m.loaded.manifest
    scope = m.loaded.scope
    whole = "briefing.scope.nation" if scope == NATION else "briefing.scope.part"
    told: dict[str, Any] = {
        "audience": getattr(m.recipe, f"audience_{t.language}"),
        "reader": reader,
        "about": about,
        "period": m.period.words,
        "as_of": manifest.as_of[:16].replace("T", " "),
        "scope": t("briefing.scope.masked") if scope.is_masked else t(whole),
        "data": t("briefing.data.synthetic" if manifest.is_synthetic else "briefing.data.real"),
    }
    return tuple((t(f"briefing.head.{name}"), value) for name, value in told.items())


def _check(loaded: Loaded, recipe: Recipe, wish: Wish) -> None:
    """Raise WishError for a place that is not there, or a recipe that needs one."""
    if (recipe.region == "none") != bool(wish.enterprise):
        raise WishError("this recipe needs the id of an enterprise" if recipe.region == "none" else
                        "this recipe is not about one enterprise: name none")  # fmt: skip
    places = briefing.places(loaded)
    if wish.region.startswith("g:"):
        groups = loaded.cursor().execute("select distinct group_code from place_groups").fetchall()
        if (wish.region[2:],) not in groups:
            raise WishError(
                f"there is no group of cities {wish.region[2:]!r}; known: {', '.join(c for (c,) in groups)}"
            )
    elif wish.region and not any(one.adcode == wish.region for one in places.values()):
        raise WishError(f"there is no division {wish.region!r}; name it by its adcode of six digits")
    is_city = any(one.adcode == wish.region and one.level == CITY for one in places.values())
    if recipe.region == "city" and not is_city:
        raise WishError("this recipe is about one city: name its adcode")
