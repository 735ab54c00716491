"""Bring the texts of the program into its catalogues, and compile them: ``make translations``.

1. Texts are taken from the code (pyproject.toml says where) into cmtel/locales/cmtel.pot.
2. Each cmtel.po gets the new ones, untranslated, and loses those that are gone. Nothing is
   guessed: a text that has changed is a new text.
3. Each cmtel.po is compiled to the cmtel.mo beside it. Both are in the repository, so that a
   checkout, an editable installation and a wheel all have them, and none needs a build step.

Tests compare all of it with what this makes. Translations are edited in cmtel.po by hand.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from cmtel.config.languages import CATALOGUES, DOMAIN, LANGUAGES, Language

TOP = Path(__file__).parents[1]
TEMPLATE = CATALOGUES / f"{DOMAIN}.pot"
#: English is what stands in the code.
TRANSLATED: tuple[Language, ...] = tuple(each for each in LANGUAGES if each != "en")
#: The methods of Translator; which arguments are texts.
_KEYWORDS: dict[str, tuple[int, ...] | None] = {"gettext": None, "ngettext": (1, 2)}
_WIDTH = 100


def template() -> Catalog:
    """Return all texts of the code, by file; no line numbers, which change all the time."""
    catalogue = Catalog(
        project=DOMAIN, version="1", header_comment="# The texts of cmtel.", fuzzy=False
    )
    for path, _line, message, comments, context in sorted(_texts(), key=lambda text: text[:2]):
        places = [(path, None)]
        catalogue.add(message, None, places, auto_comments=comments, context=context)  # type: ignore[arg-type] # a place without line
    return catalogue


def catalogue_path(language: str, ending: str = "po") -> Path:
    """Return where the catalogue of a language lies."""
    return CATALOGUES / language.replace("-", "_") / "LC_MESSAGES" / f"{DOMAIN}.{ending}"


def catalogue(language: str) -> Catalog:
    """Return the catalogue of a language as it is, with its header but no dates."""
    path = catalogue_path(language)
    if not path.exists():
        comment = f"# The texts of cmtel in {language}."
        return Catalog(language.replace("-", "_"), DOMAIN, comment, DOMAIN, "1", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, language.replace("-", "_"), DOMAIN)


def updated(language: str, texts: Catalog) -> Catalog:
    """Return the catalogue of a language with exactly the texts of the code."""
    made = catalogue(language)
    made.update(texts, no_fuzzy_matching=True, update_header_comment=False)
    made.obsolete.clear()
    return made


def po_bytes(catalogue: Catalog) -> bytes:
    """Return the file of a catalogue; without dates and versions, which would always differ."""
    buffer = BytesIO()
    write_po(buffer, catalogue, width=_WIDTH, sort_by_file=True, include_lineno=False)
    lines = buffer.getvalue().decode().splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith(_CHANGING)).encode()


def mo_bytes(catalogue: Catalog) -> bytes:
    """Return the compiled catalogue."""
    plain = _Undated(catalogue.locale, DOMAIN, fuzzy=False)
    for message in catalogue:
        if message.id and not message.fuzzy:
            plain[message.id] = message
    buffer = BytesIO()
    write_mo(buffer, plain)
    return buffer.getvalue()


def documents() -> dict[Path, bytes]:
    """Return every file that is made, with its content."""
    texts = template()
    made = {TEMPLATE: po_bytes(texts)}
    for language in TRANSLATED:
        translated = updated(language, texts)
        made[catalogue_path(language)] = po_bytes(translated)
        made[catalogue_path(language, "mo")] = mo_bytes(translated)
    return made


def main() -> None:
    """Write all of it; say what is still to be translated."""
    for path, content in documents().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    for language in TRANSLATED:
        missing = sum(1 for message in catalogue(language) if message.id and not message.string)
        sys.stderr.write(f"{language}: {missing} texts to translate\n")


_CHANGING = tuple(
    f'"{name}' for name in ("POT-Creation-Date", "PO-Revision-Date", "Generated-By",
                            "Last-Translator", "Language-Team", "Report-Msgid-Bugs-To")
)  # fmt: skip
_COMPILED = frozenset({"Content-Type", "Plural-Forms", "Language"})


class _Undated(Catalog):
    """A catalogue whose header says only what gettext reads of it, the same at any time."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        return [each for each in Catalog.mime_headers.__get__(self) if each[0] in _COMPILED]


def _texts() -> Iterator[tuple[str, int, str | tuple[str, ...], list[str], str | None]]:
    settings = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))
    mappings = [(each["pattern"], each["method"]) for each in settings["tool"]["babel"]["mappings"]]
    yield from extract_from_dir(TOP, mappings, keywords=_KEYWORDS)


if __name__ == "__main__":
    main()
