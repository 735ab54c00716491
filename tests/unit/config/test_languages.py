"""Translators, and the language of the system."""

from __future__ import annotations

import pytest

from cmtel.config.languages import LANGUAGES, language_of, translator


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANG": "de_AT.UTF-8"}, "de"),
        ({"LANG": "pt_BR.UTF-8"}, "pt-BR"),
        ({"LANG": "pt"}, "pt-BR"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "fr_FR"}, "en"),
        ({"LANG": "de_DE", "LC_ALL": "en_US.UTF-8"}, "en"),
        ({"LANG": "en_US", "LC_MESSAGES": "de_DE"}, "de"),
        ({"LANG": "de_DE", "LC_ALL": ""}, "de"),
        ({}, "en"),
    ],
)
def test_the_language_is_that_of_the_environment(
    environment: dict[str, str], language: str
) -> None:
    assert language_of(environment) == language


@pytest.mark.parametrize(
    ("name", "language"),
    [("German_Germany", "de"), ("Portuguese_Brazil", "pt-BR"), ("English_United States", "en")],
)
def test_windows_names_its_languages_in_english(name: str, language: str) -> None:
    assert language_of({}, name) == language


def test_the_environment_counts_before_the_systems_own_setting() -> None:
    assert language_of({"LANG": "de_DE"}, "Portuguese_Brazil") == "de"


def test_languages_go_together_in_one_process() -> None:
    told = {language: translator(language).gettext("What to do") for language in LANGUAGES}

    assert told == {"en": "What to do", "de": "Was zu tun ist", "pt-BR": "O que fazer"}


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("en", ["0 hours", "1 hour", "2 hours"]),
        ("de", ["0 Stunden", "1 Stunde", "2 Stunden"]),
        ("pt-BR", ["0 hora", "1 hora", "2 horas"]),
    ],
)
def test_each_language_has_its_own_plural(language: str, texts: list[str]) -> None:
    words = translator(next(each for each in LANGUAGES if each == language))
    told = [words.ngettext("{count} hour", "{count} hours", n, count=n) for n in range(3)]

    assert told == texts


def test_a_text_without_translation_stays_english() -> None:
    assert translator("de").gettext("nothing that anybody translated, {x}", x=1).endswith(", 1")


def test_values_are_not_taken_for_patterns() -> None:
    assert translator("en").gettext("{by} is taking care of it", by="{0}") == (
        "{0} is taking care of it"
    )
