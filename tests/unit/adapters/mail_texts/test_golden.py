"""Every kind, language and form, word for word as tests/data/mails has it."""

from __future__ import annotations

from pathlib import Path

import pytest

from cmtel.config.languages import LANGUAGES
from cmtel.domain.mails.kinds import MailKind
from tests import generate_mails

MADE = generate_mails.documents()


@pytest.mark.parametrize("path", MADE, ids=lambda path: "-".join(path.parts[-2:]))
def test_the_mails_are_as_they_were_read(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == MADE[path], (
        "`python -m tests.generate_mails` writes it anew; read what has changed"
    )


def test_every_kind_is_there_in_every_language_and_form() -> None:
    wanted = {
        generate_mails.FOLDER / language / f"{kind}.{ending}"
        for language in LANGUAGES
        for kind in (*MailKind, "TEST")
        for ending in ("txt", "html")
    }

    assert wanted <= {*MADE}


def test_no_file_is_left_over() -> None:
    assert {*generate_mails.FOLDER.rglob("*.*")} <= {*MADE}


@pytest.mark.parametrize("language", ["de", "pt-BR"])
def test_no_english_is_left_in_a_translated_mail(language: str) -> None:
    english = {path.name: text for path, text in MADE.items() if path.parent.name == "en"}
    same = {
        line
        for path, text in MADE.items()
        if path.parent.name == language and path.suffix == ".txt"
        for line in {*text.splitlines()} & {*english[path.name].splitlines()}
        if line.strip() and not line.startswith("      cmtel") and any(map(str.isalpha, line))
    }

    assert same <= {
        "Hotel Atlântico (H042) \N{EN DASH} Ramais",
        "Hotel Atlântico (H042) \N{EN DASH} Tronco&4",
        "Hotel Atlântico (H042)",
        "The state was damaged; a new one was begun.",  # the notifier's own words
    }
