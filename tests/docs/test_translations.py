"""The catalogues have exactly the texts of the code, all translated, with the same places."""

from __future__ import annotations

from collections.abc import Iterator
from gettext import GNUTranslations
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog, Message

from cmtel.config.languages import LANGUAGES, Language, translator
from docs import generate_translations as translations

MADE = translations.documents()
TRANSLATED = translations.TRANSLATED
Text = str | list[str] | tuple[str, ...] | None


def faults(catalogue: Catalog) -> Iterator[str]:
    """Every text that is untranslated, fuzzy, or has other places than the English one."""
    for message in catalogue:
        if not message.id:
            continue
        if not all(forms(message.string)):
            yield f"untranslated: {message.id}"
        if message.fuzzy:
            yield f"fuzzy: {message.id}"
        if all(forms(message.string)) and {*places(message)} != {places_of(message.id)}:
            yield f"other places: {message.id}"


def forms(text: Text) -> tuple[str, ...]:
    if text is None:
        return ("",)
    return (text,) if isinstance(text, str) else tuple(text)


def places(message: Message) -> Iterator[frozenset[str]]:
    """The places of each form; a singular may spell out the count."""
    allowed = places_of(message.id)
    for form in forms(message.string):
        found = places_of(form)
        is_singular = len(forms(message.string)) > 1 and form == forms(message.string)[0]
        yield allowed if is_singular and allowed - found == {"count"} else found


def places_of(text: Text) -> frozenset[str]:
    return frozenset(
        name for form in forms(text) for _, name, _, _ in Formatter().parse(form) if name
    )


@pytest.mark.parametrize("path", MADE, ids=lambda path: "-".join(path.parts[-3:]))
def test_the_catalogues_are_up_to_date(path: Path) -> None:
    assert path.read_bytes() == MADE[path], "`make translations` writes it anew"


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_is_translated(language: str) -> None:
    assert [*faults(translations.catalogue(language))] == []


@pytest.mark.parametrize(
    ("string", "flags", "fault"),
    [
        ("", (), "untranslated: at {time}"),
        ("um {time}", ("fuzzy",), "fuzzy: at {time}"),
        ("um {zeit}", (), "other places: at {time}"),
        ("um {time} {time!r} {x}", (), "other places: at {time}"),
        ("um", (), "other places: at {time}"),
    ],
)
def test_each_fault_is_found(string: str, flags: tuple[str, ...], fault: str) -> None:
    catalogue = Catalog("de", fuzzy=False)
    catalogue.add("at {time}", string, flags=flags)

    assert [*faults(catalogue)] == [fault]


def test_a_plural_without_its_places_is_found() -> None:
    catalogue = Catalog("de", fuzzy=False)
    catalogue.add(("one {x}", "{count} {x}"), ("ein {x}", "{count}"))
    catalogue.add(("one", "{count}"), ("eins", "viele"))
    catalogue.add(("a call", "{count} calls"), ("{count} Anruf", "{count} Anrufe"))

    assert [fault[:12] for fault in faults(catalogue)] == ["other places"] * 2


def test_the_template_knows_the_texts_of_the_code() -> None:
    texts = {forms(message.id)[0] for message in translations.template() if message.id}

    assert {"Charging has stopped", "one call", "since {time}"} <= texts


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_translator_reads_the_compiled_catalogue(language: Language) -> None:
    catalogue = translations.catalogue(language)
    words = translator(language)

    for message in catalogue:
        if message.id and isinstance(message.id, str) and isinstance(message.string, str):
            fields = dict.fromkeys(places_of(message.id), "x")
            told = (message.string or message.id).format(**fields)
            assert words.gettext(message.id, **fields) == told


def test_a_compiled_catalogue_has_no_dates() -> None:
    with translations.catalogue_path("de", "mo").open("rb") as file:
        header = GNUTranslations(file).info()

    assert {*header} == {"language", "plural-forms", "content-type"}


def test_there_is_a_catalogue_for_every_language_but_english() -> None:
    assert {*TRANSLATED} == {*LANGUAGES} - {"en"}
