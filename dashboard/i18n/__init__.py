"""Words of the screens: gettext catalogues, Chinese first, English complete.

One file a language and area: `zh/common.po` for what every page says, `zh/<page>.po` for what one page says.
`Words("zh")("kpi.pushed")` is the text. A key that is missing is a defect: the tests compare the catalogues
with each other and with the keys that the code uses, and a running server logs it and shows the key.
"""

from __future__ import annotations

import logging
from functools import cache
from importlib import resources

from babel.messages.pofile import read_po

LANGUAGES = ("zh", "en")
log = logging.getLogger(__name__)


COMMON = "common"


@cache
def areas(language: str) -> dict[str, dict[str, str]]:
    """All texts of `language` by area and key."""
    found = {}
    for entry in sorted(resources.files(__package__).joinpath(language).iterdir(), key=lambda entry: entry.name):
        with entry.open("rb") as file:
            texts = {str(message.id): str(message.string) for message in read_po(file) if message.id}
        found[entry.name.removesuffix(".po")] = texts
    return found


@cache
def catalogue(language: str) -> dict[str, str]:
    """All texts of `language` by key."""
    return {key: text for texts in areas(language).values() for key, text in texts.items()}


class Words:
    """The texts of one language, called with a key."""

    def __init__(self, language: str) -> None:
        """Raise ValueError for a language that has no catalogue."""
        if language not in LANGUAGES:
            raise ValueError(f"no catalogue for language {language!r}; there are {', '.join(LANGUAGES)}")
        self.language = language
        self._texts = catalogue(language)

    def __call__(self, key: str, **values: object) -> str:
        """The text of `key`, its {named} places filled with `values`."""
        text = self._texts.get(key)
        if text is None:
            log.error("event=missing_word language=%s key=%s", self.language, key)
            return key
        return text.format(**values) if values else text

    def on_page(self, page: str) -> dict[str, str]:
        """All texts that the scripts of `page` may need, by key."""
        found = areas(self.language)
        return found[COMMON] | found.get(page, {})

    def under(self, prefix: str) -> dict[str, str]:
        """All texts whose key begins with `prefix`, by the rest of the key: what the browser is told."""
        return {key[len(prefix) :]: text for key, text in self._texts.items() if key.startswith(prefix)}
