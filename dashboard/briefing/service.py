"""Briefings for whoever asks: recipes of the house, documents made with the reader's own rights, kept for a while."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from pathlib import Path

from dashboard.access import Viewer, scope_of
from dashboard.briefing.compose import compose
from dashboard.briefing.document import Document
from dashboard.briefing.periods import Wish, WishError
from dashboard.briefing.recipes import Recipe, load_recipes
from dashboard.casebook.store import Casebook
from dashboard.data.store import Loaded

KEPT = 8


@dataclass
class Briefer:
    """The recipes, and the documents made last."""

    folder: Path | None
    secret: bytes
    _kept: OrderedDict[tuple[object, ...], Document] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def recipes(self) -> dict[str, Recipe]:
        """The recipes as they are on disk now, so that one who writes a recipe sees it at once.

        Raises  RecipeError
        """
        return dict(load_recipes(self.folder))

    def made(self, loaded: Loaded, casebook: Casebook, wish: Wish, reader: Viewer) -> Document:
        """The briefing over what `reader` may see of `loaded`'s snapshot, masked where the recipe says so.

        Raises  WishError, RecipeError
        """
        recipes = self.recipes
        if wish.recipe not in recipes:
            raise WishError(f"there is no recipe {wish.recipe!r}; there are {', '.join(recipes)}")
        recipe = recipes[wish.recipe]
        asking = replace(reader, is_masked=True) if recipe.is_masked else reader
        own = loaded.whole.scoped(scope_of(asking, self.secret))
        key = (own.id, casebook.head(), wish, recipe, reader.name)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        document = compose(own, casebook, recipe, wish, reader.name)
        with self._lock:
            self._kept[key] = document
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return document
