"""The words of the original service program."""

from __future__ import annotations

import pytest

from cmtel.cli.drop_in import translate
from cmtel.errors import UsageError


@pytest.mark.parametrize(
    ("words", "translated"),
    [
        ("/install", "notifier install"),
        ("/UNINSTALL", "notifier uninstall"),
        ("/start", "notifier start"),
        ("/stop", "notifier stop"),
        ("/pause", "notifier pause"),
        ("/continue", "notifier resume"),
        ("/status", "notifier status"),
        ("/install --account hotel", "notifier install --account hotel"),
        ("/?", "notifier --help"),
        ("notifier status", "notifier status"),
        ("", ""),
    ],
)
def test_a_verb_becomes_a_command(words: str, translated: str) -> None:
    assert translate(words.split()) == translated.split()


def test_an_unknown_verb_is_wrong_usage_and_the_known_ones_are_named() -> None:
    with pytest.raises(UsageError) as caught:
        translate(["/restart"])

    assert "/restart" in caught.value.message
    assert "/continue" in str(caught.value.hint)
