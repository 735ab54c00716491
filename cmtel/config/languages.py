"""The languages of cmtel, and a translator for each: gettext catalogues in cmtel/locales.

English is the source language and needs no catalogue. There is no "current" language: whoever
needs words is given a translator, so that a mail in Portuguese and a terminal in German go
together in one process. Catalogues are edited as .po files and shipped compiled; ``make
translations`` keeps both up to date.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import Literal, get_args

Language = Literal["en", "de", "pt-BR"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

#: Where the catalogues lie, as gettext wants it: ``pt_BR/LC_MESSAGES/cmtel.mo``.
CATALOGUES = Path(__file__).parents[1] / "locales"
DOMAIN = "cmtel"
#: The variables that say a user's language, in the order in which they count.
#: Source: POSIX.1-2017, Base Definitions, section 8.2.
_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")


class Translator:
    """Texts in one language; a text without translation stays English."""

    def __init__(self, language: Language, catalogue: NullTranslations) -> None:
        self.language: Language = language
        self._catalogue = catalogue

    def gettext(self, message: str, /, **values: object) -> str:
        """Return ``message`` translated, with ``{name}`` replaced by ``values``."""
        return self._catalogue.gettext(message).format(**values)

    def ngettext(self, one: str, many: str, count: int, /, **values: object) -> str:
        """Return the form for ``count``, translated; ``values`` has the count as it is shown."""
        return self._catalogue.ngettext(one, many, count).format(**values)


def translator(language: Language) -> Translator:
    """Return the translator of a language, read anew from its catalogue."""
    if language == "en":
        return Translator(language, NullTranslations())
    path = CATALOGUES / language.replace("-", "_") / "LC_MESSAGES" / f"{DOMAIN}.mo"
    with path.open("rb") as file:
        return Translator(language, GNUTranslations(file))


def language_of(environment: Mapping[str, str], system: str = "") -> Language:
    """Return the user's language; English where it is none of ours.

    Args:
        environment: The process's environment, whose locale counts first.
        system: The system's own name of its locale; Windows has ``Portuguese_Brazil``.
    """
    named = next((environment[name] for name in _VARIABLES if environment.get(name)), system)
    base = re.split(r"[-_.@]", named)[0].casefold()
    return _BY_NAME.get(base, "en")


#: Names of languages, without their country.
_BY_NAME: dict[str, Language] = {
    "de": "de",
    "german": "de",
    "pt": "pt-BR",
    "portuguese": "pt-BR",
}
